//! Frames that begin with their length as a varint, on a stream of libp2p.
use futures::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use libp2p::Stream;
use std::io::{Error, ErrorKind, Result};

/// Bytes of a frame at most.
const LONGEST: usize = 65_536;

pub struct Frames(BufReader<Stream>);

impl Frames {
    pub fn new(stream: Stream) -> Self {
        Self(BufReader::new(stream))
    }

    pub async fn read(&mut self) -> Result<Vec<u8>> {
        let mut length = 0;
        for shift in (0..21).step_by(7) {
            let mut byte = [0];
            self.0.read_exact(&mut byte).await?;
            length |= usize::from(byte[0] & 127) << shift;
            if byte[0] < 128 {
                break;
            }
        }
        if length > LONGEST {
            return Err(Error::new(
                ErrorKind::InvalidData,
                "a frame that is too long",
            ));
        }
        let mut frame = vec![0; length];
        self.0.read_exact(&mut frame).await?;
        Ok(frame)
    }

    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let mut frame = Vec::with_capacity(bytes.len() + 3);
        let mut length = bytes.len();
        while length >= 128 {
            frame.push(length as u8 | 128);
            length >>= 7;
        }
        frame.push(length as u8);
        frame.extend_from_slice(bytes);
        let stream = self.0.get_mut();
        stream.write_all(&frame).await?;
        stream.flush().await
    }

    pub async fn close(mut self) -> Result<()> {
        self.0.get_mut().close().await
    }
}
