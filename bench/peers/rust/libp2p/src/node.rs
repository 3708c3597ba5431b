//! A node of rust-libp2p: TCP, Noise, yamux, streams and gossipsub, driven by a task of its own.
use contract::{Fallible, acks::Arrivals};
use futures::StreamExt;
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, MessageId, ValidationMode};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, multiaddr::Protocol, noise, tcp, yamux};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

const TOPIC: &str = "/bench/gossip/v1";

#[derive(NetworkBehaviour)]
struct Behaviour {
    streams: libp2p_stream::Behaviour,
    gossip: gossipsub::Behaviour,
}

enum Command {
    Dial(Multiaddr),
    Subscribe(Arrivals),
    Publish(Vec<u8>),
}

pub struct Node {
    pub streams: libp2p_stream::Control,
    commands: mpsc::UnboundedSender<Command>,
    is_connected: watch::Receiver<bool>,
    is_subscribed: watch::Receiver<bool>,
}

impl Node {
    /// Returns its address as well.
    pub async fn start(is_signed: bool) -> Fallible<(Self, String)> {
        let swarm = swarm(is_signed)?;
        let (commands, received) = mpsc::unbounded_channel();
        let (connected, is_connected) = watch::channel(false);
        let (subscribed, is_subscribed) = watch::channel(false);
        let (listening, address) = oneshot::channel();
        let streams = swarm.behaviour().streams.new_control();
        let driver = Driver {
            swarm,
            listening: Some(listening),
            connected,
            subscribed,
            arrivals: None,
        };
        tokio::spawn(async move {
            if let Err(error) = driver.run(received).await {
                eprintln!("rust-libp2p: {error}");
                std::process::exit(1);
            }
        });
        Ok((
            Self {
                streams,
                commands,
                is_connected,
                is_subscribed,
            },
            address.await?,
        ))
    }

    pub async fn dial(&mut self, address: &str) -> Fallible<PeerId> {
        let address: Multiaddr = address.parse()?;
        let Some(Protocol::P2p(other)) = address.iter().last() else {
            return Err("the address has no PeerId".into());
        };
        self.commands.send(Command::Dial(address))?;
        self.is_connected.wait_for(|yes| *yes).await?;
        Ok(other)
    }

    pub fn subscribe(&self, arrivals: Arrivals) -> Fallible<()> {
        Ok(self.commands.send(Command::Subscribe(arrivals))?)
    }

    /// Waits until another has subscribed.
    pub async fn subscribed(&mut self) -> Fallible<()> {
        self.is_subscribed.wait_for(|yes| *yes).await?;
        Ok(())
    }

    pub fn publish(&self, message: Vec<u8>) -> Fallible<()> {
        Ok(self.commands.send(Command::Publish(message))?)
    }
}

fn swarm(is_signed: bool) -> Fallible<Swarm<Behaviour>> {
    let mut swarm = libp2p::SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(
            tcp::Config::default(),
            noise::Config::new,
            yamux::Config::default,
        )?
        .with_behaviour(|key| {
            let author = if is_signed {
                MessageAuthenticity::Signed(key.clone())
            } else {
                MessageAuthenticity::Anonymous
            };
            let gossip = gossipsub::Behaviour::new(author, settings(is_signed)?)?;
            Ok(Behaviour {
                streams: libp2p_stream::Behaviour::new(),
                gossip,
            })
        })?
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(600)))
        .build();
    swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse()?)?;
    Ok(swarm)
}

/// Without a sender there is no number of the message: it is named by its bytes.
fn settings(is_signed: bool) -> Fallible<gossipsub::Config> {
    let mut settings = gossipsub::ConfigBuilder::default();
    if !is_signed {
        settings
            .validation_mode(ValidationMode::Anonymous)
            .message_id_fn(|message| MessageId::new(&message.data[..16]));
    }
    Ok(settings.build()?)
}

struct Driver {
    swarm: Swarm<Behaviour>,
    listening: Option<oneshot::Sender<String>>,
    connected: watch::Sender<bool>,
    subscribed: watch::Sender<bool>,
    arrivals: Option<Arrivals>,
}

impl Driver {
    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) -> Fallible<()> {
        loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.take(event)?,
                Some(command) = commands.recv() => self.follow(command)?,
                else => return Ok(()),
            }
        }
    }

    fn follow(&mut self, command: Command) -> Fallible<()> {
        let topic = IdentTopic::new(TOPIC);
        match command {
            Command::Dial(address) => self.swarm.dial(address)?,
            Command::Subscribe(arrivals) => {
                self.arrivals = Some(arrivals);
                self.swarm.behaviour_mut().gossip.subscribe(&topic)?;
            }
            Command::Publish(message) => {
                self.swarm.behaviour_mut().gossip.publish(topic, message)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, event: SwarmEvent<BehaviourEvent>) -> Fallible<()> {
        match event {
            SwarmEvent::NewListenAddr { address, .. } => {
                if let Some(listening) = self.listening.take() {
                    let _ = listening.send(format!("{address}/p2p/{}", self.swarm.local_peer_id()));
                }
            }
            SwarmEvent::ConnectionEstablished { .. } => {
                let _ = self.connected.send(true);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Subscribed {
                ..
            })) => {
                let _ = self.subscribed.send(true);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Message { .. })) => {
                if let Some(arrivals) = &self.arrivals {
                    arrivals.arrived()?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
