//! What the sides of pairs in Rust have in common (bench/pair/contract.ts): they are told what to do by lines of JSON
//! on the standard input, and answer by others.
use acks::{Acks, Arrivals};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

pub mod acks;

pub type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Whether the program signs and verifies each message, where it can.
    pub signed: Option<bool>,
    /// Of the side that listens.
    pub address: String,
    acks: u16,
}

#[derive(Deserialize)]
struct Ask {
    variant: String,
    lead: usize,
    count: usize,
    size: usize,
}

#[derive(Deserialize)]
struct Publish {
    count: usize,
    size: usize,
    spacing: u64,
    window: i64,
}

#[derive(Deserialize)]
struct Expect {
    count: usize,
    step: usize,
}

/// What a program does in its own way.
#[allow(async_fn_in_trait)]
pub trait Side {
    /// Listens and answers questions. Returns the address for the other side.
    async fn listen(&mut self, options: &Options) -> Fallible<String>;
    async fn connect(&mut self, options: &Options) -> Fallible<()>;
    /// Before the first of some questions.
    async fn prepare(&mut self, _variant: &str) -> Fallible<()> {
        Ok(())
    }
    /// Sends a question, which begins with the number of bytes that it wants, and waits for the answer.
    async fn ask(&mut self, variant: &str, question: &[u8]) -> Fallible<()>;
    /// Tells `arrivals` of each message that comes from now on.
    async fn subscribe(&mut self, arrivals: Arrivals) -> Fallible<()>;
    /// Waits until the other side has subscribed.
    async fn subscribed(&mut self) -> Fallible<()>;
    async fn publish(&mut self, message: Vec<u8>) -> Fallible<()>;
}

/// Milliseconds of CLOCK_MONOTONIC, as process.hrtime of Node has them.
pub fn now() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call writes one timespec, which lives here.
    assert_eq!(
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) },
        0
    );
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Does what it is told, one call after the other, until the standard input ends.
pub async fn serve(side: impl Side) -> Fallible<()> {
    let mut program = Program {
        side,
        acks: Acks::default(),
        arrivals: Arrivals::default(),
        next: 0,
    };
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let call: Value = serde_json::from_str(&line)?;
        let answer = match program.call(&call).await {
            Ok(result) => json!({ "id": call["id"], "result": result }),
            Err(error) => json!({ "id": call["id"], "error": error.to_string() }),
        };
        println!("{answer}");
    }
    Ok(())
}

struct Program<S> {
    side: S,
    acks: Acks,
    arrivals: Arrivals,
    /// No two messages have the same bytes.
    next: u32,
}

impl<S: Side> Program<S> {
    async fn call(&mut self, call: &Value) -> Fallible<Value> {
        let argument = call["argument"].clone();
        match call["name"].as_str().unwrap_or_default() {
            "listen" => {
                let address = self.side.listen(&options(argument)?).await?;
                Ok(json!({ "address": address, "acks": self.acks.listen().await? }))
            }
            "connect" => {
                let options = options(argument)?;
                self.side.connect(&options).await?;
                self.arrivals.connect(options.acks).await?;
                Ok(Value::Null)
            }
            "ask" => Ok(json!(self.ask(serde_json::from_value(argument)?).await?)),
            "subscribe" => {
                self.side.subscribe(self.arrivals.clone()).await?;
                Ok(Value::Null)
            }
            "publish" => self.publish(serde_json::from_value(argument)?).await,
            "expect" => {
                let Expect { count, step } = serde_json::from_value(argument)?;
                self.arrivals.expect(count, step);
                Ok(Value::Null)
            }
            "came" => Ok(json!(self.arrivals.came().await)),
            name => Err(format!("there is no call {name}").into()),
        }
    }

    /// Microseconds of each question.
    async fn ask(
        &mut self,
        Ask {
            variant,
            lead,
            count,
            size,
        }: Ask,
    ) -> Fallible<Vec<f64>> {
        let question = message(size as u32, size);
        self.side.prepare(&variant).await?;
        let mut times = Vec::with_capacity(count);
        for index in 0..lead + count {
            let began = Instant::now();
            self.side.ask(&variant, &question).await?;
            if index >= lead {
                times.push(began.elapsed().as_nanos() as f64 / 1e3);
            }
        }
        Ok(times)
    }

    async fn publish(
        &mut self,
        Publish {
            count,
            size,
            spacing,
            window,
        }: Publish,
    ) -> Fallible<Value> {
        self.side.subscribed().await?;
        self.acks.forget();
        let mut sent = Vec::with_capacity(count);
        for _ in 0..count {
            let message = message(self.next, size);
            self.next += 1;
            sent.push(now());
            self.acks.add();
            self.side.publish(message).await?;
            if spacing > 0 {
                tokio::time::sleep(Duration::from_millis(spacing)).await;
            } else {
                self.acks.below(window).await;
            }
        }
        Ok(json!({ "sent": sent, "size": size, "readings": 1 }))
    }
}

fn options(argument: Value) -> Fallible<Options> {
    Ok(serde_json::from_value::<Option<Options>>(argument)?.unwrap_or_default())
}

fn message(first: u32, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    bytes[..4].copy_from_slice(&first.to_be_bytes());
    bytes
}
