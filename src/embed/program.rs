//! The connectors of a job within a program: `channel` and SELECT are the program's, all others those that come with Corelane.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::rows::Table;
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::format;
use crate::plan::physical::{NodeKind, PhysicalPlan};
use crate::plan::{Connectors, Unread};
use crate::sink::channel::ChannelSink;
use crate::sink::{self, Accepts, Sink};
use crate::source::channel::{CHANNEL, ChannelSource, Ends};
use crate::source::{self, Source};
use crate::types::relation::Changelog;
use crate::types::{Column, ColumnKind, Schema, TableDef};

/// A table whose rows the program sends.
#[derive(Debug)]
pub(super) struct Sent {
    pub table: Arc<Table>,
    pub ends: Arc<Ends>,
    pub is_fed: bool,
}

/// Rows that the program receives.
#[derive(Debug)]
pub(super) struct Received {
    pub batches: Receiver<Batch>,
    pub schema: Schema,
}

/// What the planner asked for: more than the plan needs, because EXPLAIN statements ask too.
#[derive(Default)]
pub(super) struct Program {
    tables: RefCell<BTreeMap<String, Sent>>,
    sinks: RefCell<Vec<(Arc<ChannelSink>, Receiver<Batch>)>>,
}

impl Connectors for Program {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        if !is_channel(table) {
            return source::create(table);
        }
        let changelog = changelog(table)?;
        let mut tables = self.tables.borrow_mut();
        let sent = tables.entry(table.name.clone()).or_insert_with(|| Sent {
            table: Arc::new(Table::new(table, changelog)),
            ends: Arc::default(),
            is_fed: false,
        });
        let source = ChannelSource::new(table, sent.ends.clone())?;
        table.options.finish()?;
        Ok(Arc::new(source))
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        if !is_channel(table) {
            return sink::create(table);
        }
        let changelog = changelog(table)?;
        table.options.finish()?;
        Ok(self.receiving(if changelog == Changelog::Upsert { Accepts::Upsert } else { Accepts::Changelog }))
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(self.receiving(Accepts::Changelog))
    }

    fn unread(&self) -> Unread {
        Unread::LeftOutBesideOthers
    }
}

impl Program {
    fn receiving(&self, accepts: Accepts) -> Arc<dyn Sink> {
        let (sink, batches) = ChannelSink::new(accepts);
        self.sinks.borrow_mut().push((sink.clone(), batches));
        sink
    }

    /// The tables that the plan reads, and the results that it writes, by name.
    pub fn ends(self, plan: &PhysicalPlan) -> Result<(BTreeMap<String, Sent>, BTreeMap<String, Received>)> {
        let (mut sinks, mut received) = (self.sinks.into_inner(), BTreeMap::new());
        for node in &plan.nodes {
            let NodeKind::Sink(write) = &node.kind else { continue };
            let is_it = |(sink, _): &(Arc<ChannelSink>, _)| std::ptr::addr_eq(Arc::as_ptr(sink), Arc::as_ptr(&write.sink));
            if let Some(at) = sinks.iter().position(is_it) {
                let (_, batches) = sinks.swap_remove(at);
                received.insert(write.table.clone(), Received { batches, schema: node.schema.clone() });
            }
        }
        let is_read =
            |name: &String| plan.nodes.iter().any(|node| matches!(&node.kind, NodeKind::Scan(scan) if scan.table == *name));
        let mut tables = self.tables.into_inner();
        tables.retain(|name, _| is_read(name));
        match tables.keys().find(|name| received.contains_key(*name)) {
            None => Ok((tables, received)),
            Some(name) => {
                let error =
                    Error::sql(format!("the job reads table '{name}' and writes it, but the rows of a channel go one way"));
                Err(error.hint("leave out WITH: the table then holds what the job inserts into it"))
            }
        }
    }
}

fn is_channel(table: &TableDef) -> bool {
    table.options.text("connector").is_some_and(|name| name.trim() == CHANNEL)
}

/// What rows of a table of the program say of each other. Only columns that rows have are its.
fn changelog(table: &TableDef) -> Result<Changelog> {
    let is_metadata = |column: &&Column| column.kind != ColumnKind::Physical;
    if let Some(column) = table.columns.iter().find(is_metadata) {
        let error = Error::sql(format!("column '{}' is METADATA, and a channel has none", column.name)).at(table.span);
        return Err(error.hint("make it a column like any other, that the program sends"));
    }
    format::changelog(&table.options)
}
