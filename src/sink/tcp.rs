//! Rows to a TCP server: every shard connects once, at the start, and writes without waiting while the job runs.
//!
//! A connection that breaks ends the job: rows that the other side has not read are lost, and only the user knows what to
//! do about them.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use super::{Accepts, Flushed, Placement, Sink, Writer};
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::format::{self, Encoder, Format};
use crate::types::{Schema, TableDef};

/// How long connecting may take unless the table says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The `tcp` connector as a sink.
#[derive(Debug)]
pub(super) struct Tcp {
    address: String,
    timeout: Duration,
    format_name: String,
    format: Arc<dyn Format>,
}

impl Tcp {
    /// Reads the options `connect`, `tcp.connect-timeout` and those of the format.
    pub fn new(table: &TableDef) -> Result<Self> {
        let options = &table.options;
        let address = options.required("connect").map_err(|e| e.at(table.span))?.trim().to_owned();
        let timeout = options.duration("tcp.connect-timeout")?.unwrap_or(CONNECT_TIMEOUT).max(Duration::from_millis(1));
        let format = format::create(options, &table.columns).map_err(|e| e.at(table.span))?;
        Ok(Self { address, timeout, format_name: options.text("format").unwrap_or_default().to_owned(), format })
    }

    fn connect(&self) -> Result<TcpStream> {
        let failed = |e| {
            let error = Error::io(format!("connecting to {}", self.address), e);
            error.hint("the server has to listen before the job starts; 'connect' is 'host:port'")
        };
        let addresses: Vec<SocketAddr> = self.address.to_socket_addrs().map_err(failed)?.collect();
        let mut fault = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in &addresses {
            match TcpStream::connect_timeout(address, self.timeout) {
                Ok(stream) => return Ok(stream),
                Err(e) => fault = e,
            }
        }
        Err(failed(fault))
    }
}

impl Sink for Tcp {
    fn describe(&self) -> String {
        format!("tcp {} {} (one connection per shard)", self.format_name, self.address)
    }

    fn delivery(&self) -> &'static str {
        "at-most-once (what the other side has not read when a connection breaks is lost, and the job fails)"
    }

    fn placement(&self) -> Placement {
        Placement::EachShard
    }

    fn accepts(&self) -> Accepts {
        super::accepts(&*self.format)
    }

    fn open(&self, _shard: usize, _shards: usize, schema: &Schema) -> Result<Box<dyn Writer>> {
        let mut encoder = self.format.encoder(schema)?;
        let stream = self.connect()?;
        let prepared = stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true));
        prepared.map_err(|e| Error::io(format!("preparing the connection to {}", self.address), e))?;
        let mut bytes = Vec::new();
        encoder.header(&mut bytes);
        Ok(Box::new(TcpWriter { stream, address: self.address.clone(), encoder, bytes, written: 0 }))
    }
}

struct TcpWriter {
    stream: TcpStream,
    address: String,
    encoder: Box<dyn Encoder>,
    bytes: Vec<u8>,
    /// Bytes at the front of `bytes` that are handed over.
    written: usize,
}

impl TcpWriter {
    fn failed(&self, e: io::Error) -> Error {
        Error::io(format!("writing to {}", self.address), e)
    }
}

impl Writer for TcpWriter {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        self.encoder.encode(batch, &mut self.bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<Flushed> {
        while self.written < self.bytes.len() {
            match self.stream.write(&self.bytes[self.written..]) {
                Ok(0) => return Err(self.failed(io::ErrorKind::WriteZero.into())),
                Ok(count) => self.written += count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    // Keeps the buffer from growing at its front while the other side is slow.
                    self.bytes.drain(..self.written);
                    self.written = 0;
                    return Ok(Flushed::Pending);
                }
                Err(e) => return Err(self.failed(e)),
            }
        }
        self.bytes.clear();
        self.written = 0;
        Ok(Flushed::All)
    }

    fn backlog_bytes(&self) -> usize {
        self.bytes.len() - self.written
    }

    fn wait_on(&self) -> Option<RawFd> {
        Some(self.stream.as_raw_fd())
    }

    fn finish(&mut self) -> Result<()> {
        let rest = self.stream.set_nonblocking(false).and_then(|()| self.stream.write_all(&self.bytes[self.written..]));
        rest.and_then(|()| self.stream.shutdown(std::net::Shutdown::Write)).map_err(|e| self.failed(e))?;
        self.bytes.clear();
        self.written = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Column, Values};
    use crate::error::Span;
    use crate::types::{DataType, Field, Options};
    use std::io::Read;
    use std::net::TcpListener;

    fn sink(address: &str) -> Arc<dyn Sink> {
        let mut options = Options::default();
        for (key, text) in [("connector", "tcp"), ("format", "json"), ("connect", address)] {
            options.set(key, text, Span::default());
        }
        let (span, columns, primary_key) = (Span::default(), Vec::new(), Vec::new());
        crate::sink::create(&TableDef { name: "t".to_owned(), span, columns, options, primary_key, event_time: None })
            .expect("create")
    }

    #[test]
    fn rows_arrive_and_no_server_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let address = listener.local_addr().expect("address").to_string();
        let schema = Schema::new(vec![Field::new("a", DataType::BigInt)]);
        let mut writer = sink(&address).open(0, 1, &schema).expect("open");
        let (mut server, _) = listener.accept().expect("accept");
        writer.write(&Batch::new(vec![Column::from_values(Values::I64(vec![1, 2]))], 2, 1)).expect("write");
        assert!(writer.backlog_bytes() > 0);
        assert_eq!(writer.flush().expect("flush"), Flushed::All);
        writer.finish().expect("finish");
        let mut text = String::new();
        server.read_to_string(&mut text).expect("read");
        assert_eq!(text, "{\"a\":1}\n{\"a\":2}\n");
        drop(listener);
        let error = sink(&address).open(0, 1, &schema).err().expect("nobody listens");
        assert!(error.to_string().contains(&address), "{error}");
    }
}
