//! Acknowledgements: one byte over a connection of TCP for each message that came.
use crate::{Fallible, now};
use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::{Arc, Mutex, atomic::AtomicI64, atomic::Ordering::SeqCst};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The side that publishes: it counts what the other side acknowledges.
#[derive(Clone, Default)]
pub struct Acks {
    unacknowledged: Arc<AtomicI64>,
    taken: Arc<Notify>,
}

impl Acks {
    /// Returns the port.
    pub async fn listen(&self) -> Fallible<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let counter = self.clone();
        tokio::spawn(async move { counter.count(listener).await });
        Ok(port)
    }

    async fn count(&self, listener: TcpListener) -> Fallible<()> {
        let (mut connection, _) = listener.accept().await?;
        let mut bytes = [0; 4096];
        loop {
            match connection.read(&mut bytes).await? {
                0 => return Ok(()),
                length => self.unacknowledged.fetch_sub(length as i64, SeqCst),
            };
            self.taken.notify_one();
        }
    }

    pub fn forget(&self) {
        self.unacknowledged.store(0, SeqCst);
    }

    pub fn add(&self) {
        self.unacknowledged.fetch_add(1, SeqCst);
    }

    /// Waits until fewer than `window` are unacknowledged.
    pub async fn below(&self, window: i64) {
        while self.unacknowledged.load(SeqCst) >= window {
            self.taken.notified().await;
        }
    }
}

/// The side that subscribes: it keeps the moment of each message, and acknowledges it.
#[derive(Clone, Default)]
pub struct Arrivals {
    state: Arc<Mutex<State>>,
    all: Arc<Notify>,
}

#[derive(Default)]
struct State {
    connection: Option<TcpStream>,
    came: Vec<f64>,
    expected: usize,
    /// Messages that are acknowledged together.
    step: usize,
    unacknowledged: usize,
}

impl Arrivals {
    pub async fn connect(&self, port: u16) -> Fallible<()> {
        let connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        connection.set_nodelay(true)?;
        self.state.lock().unwrap().connection = Some(connection);
        Ok(())
    }

    pub fn expect(&self, count: usize, step: usize) {
        let mut state = self.state.lock().unwrap();
        state.came = Vec::with_capacity(count);
        (state.expected, state.step, state.unacknowledged) = (count, step, 0);
    }

    /// One more came.
    pub fn arrived(&self) -> Fallible<()> {
        let mut state = self.state.lock().unwrap();
        state.came.push(now());
        state.unacknowledged += 1;
        let is_last = state.came.len() == state.expected;
        if state.unacknowledged >= state.step || is_last {
            let bytes = vec![0; std::mem::take(&mut state.unacknowledged)];
            if let Some(connection) = &mut state.connection {
                connection.write_all(&bytes)?;
            }
        }
        if is_last {
            self.all.notify_one();
        }
        Ok(())
    }

    pub async fn came(&self) -> Vec<f64> {
        self.all.notified().await;
        std::mem::take(&mut self.state.lock().unwrap().came)
    }
}
