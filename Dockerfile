# kith in a container: a simulated node by default (docs/install.md, "Container").
#   docker build -t kith .
#   docker run --rm --network host kith
# Debian rather than Alpine: the native packages are built against glibc.

# The same image for both, by name and platform; another name for a mirror or a digest.
ARG NODE=node:24-trixie-slim
ARG BUILDER=node:24-trixie-slim

# The build runs on the machine that builds: Node and esbuild in an emulated processor are slow and may fail. The addons
# are compiled for the other one.
FROM --platform=$BUILDPLATFORM $BUILDER AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      g++ gcc-aarch64-linux-gnu g++-aarch64-linux-gnu gcc-x86-64-linux-gnu g++-x86-64-linux-gnu \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /kith
COPY package.json package-lock.json ./
COPY scripts scripts
COPY native native
# The addons are compiled by the build below, for the machine that runs the image.
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY README.md CHANGELOG.md LICENSE LICENSE-APACHE LICENSE-MIT ./
COPY bin bin
COPY src src
COPY devices devices
COPY deploy/kith.example.yaml deploy/
COPY deploy/systemd deploy/systemd
COPY deploy/container deploy/container
ARG TARGETARCH
ARG REVISION=
# What an image does not use is left out: types (for which tsc would need the tsconfig files here, too), the service, the
# sources of the addons, what npm would run. A clone that only its owner can read gives the same image.
RUN case "$TARGETARCH" in amd64) target=linux-x64 ;; arm64) target=linux-arm64 ;; *) echo "no $TARGETARCH" >&2; exit 1 ;; esac \
 && SOURCE_COMMIT="$REVISION" node scripts/build.mjs --out /out/kith --natives "$target" --without-types \
 && cp deploy/container/health.js /out/kith/bin/ \
 && ln -s kith.js /out/kith/bin/kith \
 && rm -rf /out/kith/scripts /out/kith/deploy/systemd /out/kith/native/*.[ch] \
 && chmod -R u=rwX,go=rX /out/kith \
 && install -d -m 0700 /out/home/state

# The platform is the default one. It is named because buildah, up to 1.39, would take that of the stage before (its issue
# 4721).
FROM --platform=$TARGETPLATFORM $NODE
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="kith" \
      org.opencontainers.image.description="An edge node: devices known by PeerId measure and talk to their neighbours" \
      org.opencontainers.image.licenses="Apache-2.0 OR MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# PATH: for `docker exec NAME kith status`.
ENV NODE_ENV=production HOME=/home/kith KITH_HOME=/home/kith/state MALLOC_ARENA_MAX=2 PATH=/kith/bin:$PATH
COPY --from=build /out/kith /kith
# A fixed number, so that a volume's owner can be set beforehand; it needs no entry in /etc/passwd. The
# folder above is copied, as the mode of one that is copied itself may be lost.
COPY --from=build --chown=10001:10001 /out/home /home/kith
USER 10001:10001
WORKDIR /home/kith
VOLUME /home/kith/state
EXPOSE 4001/tcp 4001/udp
HEALTHCHECK --interval=60s --timeout=10s --start-period=120s --retries=3 \
  CMD ["node", "/kith/bin/health.js"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-old-space-size=96", "--max-semi-space-size=2", "/kith/bin/kith.js"]
CMD ["run", "--simulated"]
