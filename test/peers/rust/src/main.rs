//! A peer of rust-libp2p that is driven over its streams: it swallows, sends and echoes bytes (streams.ts).
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{noise, swarm::SwarmEvent, tcp, yamux, Stream, StreamProtocol};
use libp2p_stream as stream;
use std::{error::Error, time::Duration};

const PIECE: usize = 16 * 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut swarm = libp2p::SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)?
        .with_behaviour(|_| stream::Behaviour::new())?
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(600)))
        .build();
    swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse()?)?;
    let mut control = swarm.behaviour().new_control();
    for kind in ["sink", "slow", "source", "echo"] {
        let name = StreamProtocol::try_from_owned(format!("/peer/{kind}/1"))?;
        let mut incoming = control.accept(name)?;
        tokio::spawn(async move {
            while let Some((_, one)) = incoming.next().await {
                tokio::spawn(async move {
                    let _ = serve(kind, one).await;
                });
            }
        });
    }
    let id = *swarm.local_peer_id();
    tokio::spawn(async {
        // Ends with the program that started it.
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut tokio::io::stdin(), &mut rest).await;
        std::process::exit(0);
    });
    loop {
        if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
            println!("{address}/p2p/{id}");
        }
    }
}

async fn serve(kind: &str, mut one: Stream) -> std::io::Result<()> {
    let mut piece = vec![0u8; PIECE];
    match kind {
        "echo" => loop {
            let count = one.read(&mut piece).await?;
            if count == 0 {
                return one.close().await;
            }
            one.write_all(&piece[..count]).await?;
            one.flush().await?;
        },
        "source" => {
            let mut head = [0u8; 8];
            one.read_exact(&mut head).await?;
            let mut left = u64::from_be_bytes(head) as usize;
            while left > 0 {
                let count = left.min(PIECE);
                one.write_all(&piece[..count]).await?;
                left -= count;
            }
            one.close().await
        }
        _ => {
            let mut total: u64 = 0;
            loop {
                let count = one.read(&mut piece).await?;
                if count == 0 {
                    break;
                }
                total += count as u64;
                if kind == "slow" {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            one.write_all(&total.to_be_bytes()).await?;
            one.close().await
        }
    }
}
