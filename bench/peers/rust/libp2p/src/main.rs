//! Either side of a pair of rust-libp2p with its defaults: an echo on streams, and gossip.
use contract::{Fallible, Options, Side, acks::Arrivals};
use frames::Frames;
use futures::StreamExt;
use libp2p::{PeerId, StreamProtocol};
use node::Node;

mod frames;
mod node;

const ECHO: StreamProtocol = StreamProtocol::new("/bench/echo/v1");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Fallible<()> {
    contract::serve(Libp2p::default()).await
}

#[derive(Default)]
struct Libp2p {
    node: Option<Node>,
    other: Option<PeerId>,
    reused: Option<Frames>,
}

impl Libp2p {
    fn node(&mut self) -> Fallible<&mut Node> {
        self.node.as_mut().ok_or("not started".into())
    }

    async fn open(&mut self) -> Fallible<Frames> {
        let other = self.other.ok_or("not connected")?;
        Ok(Frames::new(
            self.node()?.streams.open_stream(other, ECHO).await?,
        ))
    }
}

impl Side for Libp2p {
    async fn listen(&mut self, options: &Options) -> Fallible<String> {
        let (mut node, address) = Node::start(options.signed.unwrap_or(true)).await?;
        let mut incoming = node.streams.accept(ECHO)?;
        tokio::spawn(async move {
            while let Some((_, stream)) = incoming.next().await {
                tokio::spawn(answer(Frames::new(stream)));
            }
        });
        self.node = Some(node);
        Ok(address)
    }

    async fn connect(&mut self, options: &Options) -> Fallible<()> {
        let (mut node, _) = Node::start(options.signed.unwrap_or(true)).await?;
        self.other = Some(node.dial(&options.address).await?);
        self.node = Some(node);
        Ok(())
    }

    async fn prepare(&mut self, variant: &str) -> Fallible<()> {
        self.reused = if variant == "reused" {
            Some(self.open().await?)
        } else {
            None
        };
        Ok(())
    }

    async fn ask(&mut self, _variant: &str, question: &[u8]) -> Fallible<()> {
        if let Some(frames) = &mut self.reused {
            frames.write(question).await?;
            frames.read().await?;
            return Ok(());
        }
        let mut frames = self.open().await?;
        frames.write(question).await?;
        frames.read().await?;
        Ok(frames.close().await?)
    }

    async fn subscribe(&mut self, arrivals: Arrivals) -> Fallible<()> {
        self.node()?.subscribe(arrivals)
    }

    async fn subscribed(&mut self) -> Fallible<()> {
        self.node()?.subscribed().await
    }

    async fn publish(&mut self, message: Vec<u8>) -> Fallible<()> {
        self.node()?.publish(message)
    }
}

/// A request begins with the number of bytes that it wants.
async fn answer(mut frames: Frames) -> std::io::Result<()> {
    loop {
        let Ok(request) = frames.read().await else {
            return frames.close().await;
        };
        let Some(wanted) = request.first_chunk() else {
            return frames.close().await;
        };
        let answer = vec![0; (u32::from_be_bytes(*wanted) as usize).min(65_536)];
        frames.write(&answer).await?;
    }
}
