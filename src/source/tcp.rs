//! Connections: every shard listens on the same port (the kernel spreads the connections), every connection is a split.
//!
//! Everything is read without waiting from `poll`, one block of one connection at a time, connections in turn, so that a
//! busy peer does not starve the others. A connection that fails ends its split only; what it had sent is given out. Memory
//! is bounded: bytes that are not decoded stay in the kernel, whose window then holds the peer back.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use socket2::{Domain, Socket, Type};

use super::records::{Filled, Layout, Records, Unwaiting, check_metadata};
use super::{Boundedness, Liveness, Polled, Projection, Reader, Readers, Source};
use crate::error::{Error, Result};
use crate::format::{self, Decoded, Format};
use crate::types::{Column, Nanos, TableDef};

/// Bytes one read of a connection asks for.
const READ_BYTES: usize = 64 << 10;

/// Connections that wait to be accepted. More: the kernel refuses them.
const BACKLOG: i32 = 1024;

/// How often a shard looks whether the connections of the others have ended, where the table ends with a number of them.
const COUNT_INTERVAL: Nanos = 5_000_000;

/// Name of the metadata that holds the address of a row's sender.
const PEER_KEY: &str = "peer.address";

/// The `tcp` connector as a source.
#[derive(Debug)]
pub(super) struct Tcp {
    listen: String,
    address: SocketAddr,
    format_name: String,
    format: Arc<dyn Format>,
    columns: Vec<Column>,
    end_after: Option<usize>,
    /// Connections closed, over all shards.
    closed: Arc<AtomicUsize>,
    /// The port in use, 0 before the first shard has opened it.
    port: AtomicU16,
}

impl Tcp {
    /// Reads the options `listen`, `tcp.end-after-connections` and those of the format.
    pub fn new(table: &TableDef) -> Result<Self> {
        let options = &table.options;
        let listen = options.required("listen").map_err(|e| e.at(table.span))?.trim().to_owned();
        let span = options.value("listen").map_or(table.span, |v| v.span);
        let found = listen.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
        let address = found.ok_or_else(|| {
            let error = Error::sql(format!("option 'listen' = '{listen}' is not an address to listen on")).at(span);
            error.hint("write 'host:port', such as '127.0.0.1:9000'; port 0 takes a free one")
        })?;
        let end_after = options.parse("tcp.end-after-connections", "a number of connections")?;
        check_metadata(table, PEER_KEY)?;
        let format = format::create(options, &table.columns).map_err(|e| e.at(table.span))?;
        let format_name = options.text("format").unwrap_or_default().to_owned();
        let (closed, port) = (Arc::default(), AtomicU16::new(address.port()));
        Ok(Self { listen, address, format_name, format, columns: table.columns.clone(), end_after, closed, port })
    }

    fn bind(&self) -> std::io::Result<TcpListener> {
        let mut address = self.address;
        address.set_port(self.port.load(Ordering::Acquire));
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from(socket);
        self.port.store(listener.local_addr()?.port(), Ordering::Release);
        Ok(listener)
    }
}

impl Source for Tcp {
    fn describe(&self) -> String {
        format!("tcp {} {} (a split per connection)", self.format_name, self.listen)
    }

    fn boundedness(&self) -> Boundedness {
        if self.end_after.is_some() { Boundedness::Bounded } else { Boundedness::Unbounded }
    }

    fn liveness(&self) -> Liveness {
        Liveness::Live
    }

    fn readers(&self) -> Readers {
        Readers::One
    }

    fn open(&self, shard: usize, _shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let listener = self.bind().map_err(|e| {
            let error = Error::io(format!("listening on {}", self.listen), e);
            error.hint("another program may use the port, or the address is not one of this host")
        })?;
        if shard == 0
            && let Some(address) = self.listen_address()
        {
            tracing::info!("listening on {address}");
        }
        Ok(Box::new(TcpReader {
            listener: Some(listener),
            format: self.format.clone(),
            layout: Layout::new(&self.columns, projection),
            connections: VecDeque::new(),
            next_split: 0,
            closed: self.closed.clone(),
            end_after: self.end_after,
            stopped: false,
        }))
    }

    fn listen_address(&self) -> Option<SocketAddr> {
        let port = self.port.load(Ordering::Acquire);
        (port != 0).then(|| SocketAddr::new(self.address.ip(), port))
    }
}

/// One connection.
struct Connection {
    split: usize,
    stream: TcpStream,
    records: Records,
}

impl Connection {
    fn read(&mut self) -> Filled {
        if self.records.has_more() || self.records.is_complete() {
            return Filled::Bytes;
        }
        self.records.fill(&mut Unwaiting(&self.stream)).unwrap_or_else(|e| {
            tracing::warn!(peer = self.records.name(), error = %e, "connection failed");
            self.records.complete();
            Filled::End
        })
    }
}

/// Reads the connections of one shard in turn.
struct TcpReader {
    listener: Option<TcpListener>,
    format: Arc<dyn Format>,
    layout: Layout,
    connections: VecDeque<Connection>,
    next_split: usize,
    closed: Arc<AtomicUsize>,
    end_after: Option<usize>,
    stopped: bool,
}

impl TcpReader {
    /// Accepts all that wait; a failure to accept concerns one connection and is logged.
    fn accept(&mut self) -> Result<()> {
        while let Some(listener) = &self.listener {
            let (stream, peer) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(e) => {
                    tracing::warn!(error = %e, "accepting a connection failed");
                    break;
                }
            };
            let records = Records::new(peer.to_string(), &*self.format, &self.layout, READ_BYTES)?;
            self.connections.push_back(Connection { split: self.next_split, stream, records });
            self.next_split += 1;
        }
        Ok(())
    }

    /// Whether as many connections have ended as the table asks for.
    fn has_enough(&self) -> bool {
        self.end_after.is_some_and(|count| self.closed.load(Ordering::Acquire) >= count)
    }
}

impl Reader for TcpReader {
    fn splits(&self) -> usize {
        0
    }

    fn opens_splits(&self) -> bool {
        true
    }

    fn looks_at_all(&self) -> bool {
        true
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        self.accept()?;
        let mut going = false;
        for _ in 0..self.connections.len() {
            let Some(mut connection) = self.connections.pop_front() else { break };
            let split = connection.split;
            let filled = if self.stopped { Filled::End } else { connection.read() };
            if connection.records.decode(rows_max, into) {
                self.connections.push_back(connection);
                return Ok(Polled::Rows { split, stamp: now });
            }
            if self.stopped || connection.records.is_complete() {
                self.closed.fetch_add(1, Ordering::AcqRel);
                return Ok(Polled::SplitEnd { split });
            }
            going |= filled == Filled::Bytes;
            self.connections.push_back(connection);
        }
        if self.connections.is_empty() && (self.stopped || self.has_enough()) {
            self.listener = None;
            return Ok(Polled::End);
        }
        let counted = self.end_after.map(|_| now + COUNT_INTERVAL);
        Ok(Polled::Pending { wake_at: if going { Some(now) } else { counted } })
    }

    fn wait_on(&self) -> Vec<RawFd> {
        let connections = self.connections.iter().map(|c| c.stream.as_raw_fd());
        self.listener.iter().map(AsRawFd::as_raw_fd).chain(connections).collect()
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.listener = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Span;
    use crate::types::{ColumnKind, DataType, Options};
    use std::io::Write;
    use std::time::{Duration, Instant};

    #[test]
    fn connections_are_read_to_their_end_and_a_half_line_is_bad() {
        let mut options = Options::default();
        for (key, text) in
            [("connector", "tcp"), ("format", "json"), ("listen", "127.0.0.1:0"), ("tcp.end-after-connections", "2")]
        {
            options.set(key, text, Span::default());
        }
        let columns =
            vec![Column { name: "a".to_owned(), data_type: DataType::BigInt, kind: ColumnKind::Physical, not_null: false }];
        let table =
            TableDef { name: "t".to_owned(), span: Span::default(), columns, options, primary_key: Vec::new(), event_time: None };
        let source = crate::source::create(&table).expect("create");
        let mut readers: Vec<_> = (0..2).map(|shard| Some(source.open(shard, 2, &vec![0]).expect("open"))).collect();
        let address = source.listen_address().expect("address");
        for text in ["{\"a\":1}\n{\"a\":2}\n", "{\"a\":3}\n{\"a\":"] {
            TcpStream::connect(address).expect("connect").write_all(text.as_bytes()).expect("send");
        }
        let deadline = Instant::now() + Duration::from_secs(20);
        let (mut rows, mut bad) = (0, 0);
        while readers.iter().any(Option::is_some) {
            assert!(Instant::now() < deadline, "{rows} rows, {bad} bad");
            for slot in &mut readers {
                let Some(reader) = slot else { continue };
                let mut into = Decoded::new(&[DataType::BigInt], 4);
                let polled = reader.poll(1, 1, &mut into).expect("poll");
                rows += into.rows;
                bad += into.bad.len();
                if polled == Polled::End {
                    *slot = None;
                }
            }
        }
        assert_eq!((rows, bad), (3, 1));
    }
}
