//! Either side of a pair of Zenoh: two peers over TCP on loopback, without encryption and signatures. A queryable
//! answers `get`, a subscriber takes `put`.
use contract::{Fallible, Options, Side, acks::Arrivals};
use zenoh::bytes::ZBytes;
use zenoh::qos::CongestionControl;
use zenoh::{Config, Session};

const ECHO: &str = "bench/echo";
const TOPIC: &str = "bench/topic";

/// Zenoh refuses a runtime of one thread that is also the caller's.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Fallible<()> {
    contract::serve(Peer::default()).await
}

#[derive(Default)]
struct Peer {
    session: Option<Session>,
    publisher: Option<zenoh::pubsub::Publisher<'static>>,
}

impl Peer {
    fn session(&self) -> Fallible<&Session> {
        self.session.as_ref().ok_or("not started".into())
    }
}

impl Side for Peer {
    async fn listen(&mut self, _options: &Options) -> Fallible<String> {
        let address = format!("tcp/127.0.0.1:{}", free_port()?);
        let session = zenoh::open(config("listen", &address)?).await?;
        session
            .declare_queryable(ECHO)
            .callback(|query| {
                let request = query
                    .payload()
                    .map(|payload| payload.to_bytes().into_owned());
                let wanted = request
                    .as_deref()
                    .and_then(<[u8]>::first_chunk)
                    .map_or(0, |one| u32::from_be_bytes(*one));
                let answer = vec![0; (wanted as usize).min(65_536)];
                // The other side counts what does not come.
                let _ = zenoh::Wait::wait(query.reply(ECHO, answer));
            })
            .background()
            .await?;
        self.publisher = Some(
            session
                .declare_publisher(TOPIC)
                .congestion_control(CongestionControl::Block)
                .await?,
        );
        self.session = Some(session);
        Ok(address)
    }

    async fn connect(&mut self, options: &Options) -> Fallible<()> {
        self.session = Some(zenoh::open(config("connect", &options.address)?).await?);
        Ok(())
    }

    async fn ask(&mut self, _variant: &str, question: &[u8]) -> Fallible<()> {
        let replies = self
            .session()?
            .get(ECHO)
            .payload(ZBytes::from(question.to_vec()))
            .await?;
        let reply = replies.recv_async().await?;
        reply.into_result().map_err(|error| format!("{error}"))?;
        Ok(())
    }

    async fn subscribe(&mut self, arrivals: Arrivals) -> Fallible<()> {
        let take = move |_| arrivals.arrived().expect("an acknowledgement");
        self.session()?
            .declare_subscriber(TOPIC)
            .callback(take)
            .background()
            .await?;
        Ok(())
    }

    async fn subscribed(&mut self) -> Fallible<()> {
        let publisher = self.publisher.as_ref().ok_or("not started")?;
        while !publisher.matching_status().await?.matching() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn publish(&mut self, message: Vec<u8>) -> Fallible<()> {
        Ok(self
            .publisher
            .as_ref()
            .ok_or("not started")?
            .put(message)
            .await?)
    }
}

/// A peer that finds no others but the one it is told of.
fn config(endpoints: &str, address: &str) -> Fallible<Config> {
    let mut config = Config::default();
    config.insert_json5("mode", r#""peer""#)?;
    config.insert_json5("scouting/multicast/enabled", "false")?;
    config.insert_json5("scouting/gossip/enabled", "false")?;
    config.insert_json5("listen/endpoints", "[]")?;
    config.insert_json5(
        &format!("{endpoints}/endpoints"),
        &format!(r#"["{address}"]"#),
    )?;
    Ok(config)
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port())
}
