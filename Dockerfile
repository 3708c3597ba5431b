# kith in a container: a simulated node by default.
#   docker build -t kith .
#   docker run --rm --network host kith
# Multicast does not cross Docker's bridges, hence --network host for discovery (README, "In a container").
# Debian rather than Alpine: the native packages are built against glibc.

FROM node:24-trixie-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /kith
COPY package.json package-lock.json ./
COPY scripts scripts
COPY native native
# Against the headers in the image: nothing comes from beside the registry. npm leaves out in silence what it
# cannot build, so it is asked for.
RUN npm_config_nodedir=/usr/local npm ci --no-audit --no-fund \
 && node --eval "for (const name of ['i2c-bus', 'onoff', './native/build/gpio.node', './native/build/memory.node']) require(name)"
COPY tsconfig.json tsconfig.build.json README.md CHANGELOG.md LICENSE LICENSE-APACHE LICENSE-MIT ./
COPY bin bin
COPY src src
COPY devices devices
COPY deploy/kith.example.yaml deploy/
# The image's own Node runs kith: neither its copy from npm nor the tools are wanted in it, nor what only
# tools read (npm keeps typescript as a peer that a package may have). What is left of the packages stays as
# it was built, so their scripts need not run again.
RUN npm run build \
 && npm prune --omit=dev --no-audit --no-fund --ignore-scripts \
 && rm -rf node_modules/node-linux-* node_modules/typescript node_modules/@typescript \
 && find node_modules \( -name '*.map' -o -name '*.ts' -o -name test \) -prune -exec rm -rf {} + \
 && mv node_modules dist/ \
 && mv native/build dist/native/

FROM node:24-trixie-slim
ENV NODE_ENV=production KITH_HOME=/home/kith/state MALLOC_ARENA_MAX=2
# A fixed number, so that a volume's owner can be set beforehand.
RUN useradd --uid 10001 --create-home --home-dir /home/kith kith \
 && install -d -o kith -g kith -m 0700 /home/kith/state
COPY --from=build /kith/dist /kith
USER 10001
WORKDIR /home/kith
VOLUME /home/kith/state
EXPOSE 4001/tcp 4001/udp
HEALTHCHECK --interval=60s --timeout=10s --start-period=120s \
  CMD ["node", "/kith/bin/kith.js", "status", "--json", "--running"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-old-space-size=96", "--max-semi-space-size=2", "/kith/bin/kith.js"]
CMD ["run", "--simulated"]
