//! The ends of the plan: one sink node a table, whatever writes to it; checks that the sink can take what comes.

use std::sync::Arc;

use super::consolidate::may_cancel;
use super::nodes::late_calc;
use super::partitioning::check_order;
use super::{Lowered, Lowering, OnError, Placed};
use crate::error::{Error, Result};
use crate::plan::bind::{Output, Target, conformed, written};
use crate::plan::deadlines::{deadlines, latest};
use crate::plan::logical::{Late, Plan};
use crate::plan::physical::{Deadline, Deletion, Netting, Node, NodeId, NodeKind, Port, SinkWrite, Standing, Writes};
use crate::plan::settings::QuerySettings;
use crate::plan::unsteady::{UpdateStrategy, steady, unsteady};
use crate::sink::{self, Accepts, Placement, Sink};
use crate::types::{Field, Schema, TableDef};

/// What is to be written, by table.
#[derive(Debug, Default)]
pub(super) struct Sinks {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    target: Target,
    name: String,
    sink: Arc<dyn Sink>,
    schema: Schema,
    /// Those of the first that writes it.
    settings: QuerySettings,
    inputs: Vec<Lowered>,
    /// Whether one of the inputs takes rows back.
    retracts: bool,
    /// Of a sink of upserts, and where conflicts are spoken of: the columns of its PRIMARY KEY.
    key: Option<Vec<usize>>,
    /// Which of the rows of a key is written, where the statements say it.
    on_conflict: Option<Standing>,
    /// Whether changes of all inputs say by that key what a row takes the place of.
    is_keyed: bool,
    /// Columns that say of the rows of all inputs when they are over; `None` before there is one.
    deadlines: Option<Vec<Deadline>>,
}

/// By what the rows are found that are taken back.
enum Matched {
    /// Nobody looks for them.
    Nowhere,
    /// By these columns.
    Key(Vec<usize>),
    /// By all of their columns.
    Row,
}

impl Entry {
    /// How the row of each key is found that is written, where not every one that comes is.
    fn row_of_key(&self) -> Option<(Standing, Deletion)> {
        let standing = self.on_conflict.unwrap_or(Standing::Last);
        let takes_last = standing == Standing::Last && self.sink.accepts() == Accepts::Upsert;
        match self.retracts {
            true if self.is_keyed && self.inputs.len() == 1 => None,
            true => Some((standing, Deletion::ByRow)),
            // The sink itself puts the last row in the place of the one before it.
            false if takes_last => None,
            false => Some((standing, Deletion::ByKey)),
        }
    }

    /// By what the sink finds the rows that changes of `output` take back.
    fn matched(&self, output: &Output) -> Matched {
        match (self.sink.accepts(), &self.key) {
            _ if !output.plan.retracts() => Matched::Nowhere,
            (Accepts::AfterOnly, _) => Matched::Nowhere,
            (Accepts::Upsert, Some(key)) if self.is_keyed => Matched::Key(key.clone()),
            _ => Matched::Row,
        }
    }

    /// Notes an input whose rows are over by these columns.
    fn note_deadlines(&mut self, of_input: Vec<Deadline>) {
        self.deadlines = Some(match self.deadlines.take() {
            None => of_input,
            Some(known) => latest(&known, &of_input),
        });
    }

    /// Which column of the key says when its rows are over.
    fn deadline(&self, key: &[usize]) -> Option<Deadline> {
        self.deadlines.iter().flatten().find(|deadline| key.contains(&deadline.column)).copied()
    }
}

impl Lowering<'_> {
    /// Notes that `output` writes the rows of `lowered`.
    pub(super) fn write(&mut self, output: &Output, lowered: Lowered) -> Result<()> {
        let entry = self.entry(output.target, &output.name, &output.schema)?;
        self.agree_on_conflicts(entry, output)?;
        let entry = &mut self.sinks.entries[entry];
        let retracts = output.plan.retracts();
        let replaces = output.on_conflict == Some(Standing::Last);
        if (retracts || replaces) && entry.sink.accepts() == Accepts::AppendOnly {
            let error = Error::sql(format!(
                "the query gives changes to rows written before, '{}' takes new rows only",
                output.name
            ))
            .at(output.span)
            .hint("end the query with EMIT FINAL, aggregate over a window, or write to a sink that takes changes, such as print");
            return Err(error);
        }
        let same = |known: &Vec<usize>| {
            let is_it =
                |unique: &Vec<usize>| known.iter().all(|c| unique.contains(c)) && unique.iter().all(|c| known.contains(c));
            output.plan.unique_keys().iter().any(is_it)
        };
        entry.is_keyed &= !retracts || entry.key.as_ref().is_some_and(same);
        entry.note_deadlines(deadlines(&output.plan));
        entry.retracts |= retracts;
        entry.inputs.push(lowered);
        let takes_last = !retracts && (entry.sink.accepts() == Accepts::Upsert || output.on_conflict.is_some());
        check_order(&output.plan, entry.key.as_deref().filter(|_| takes_last))?;
        let matched = entry.matched(output);
        self.check_matched(output, &matched)
    }

    /// Changes that do not match the rows that they take back are refused, or warned of, as the settings say.
    fn check_matched(&mut self, output: &Output, matched: &Matched) -> Result<()> {
        let columns = unsteady(self.catalog, &output.plan).and_then(|columns| match matched {
            Matched::Nowhere => Ok(()),
            Matched::Key(key) => key.iter().try_for_each(|column| steady(&columns[*column..=*column])),
            Matched::Row => steady(&columns),
        });
        let Err(what) = columns else { return Ok(()) };
        let name = &output.name;
        let problem =
            format!("{what} differs between a row of '{name}' and the change that takes it back, which then does not match it");
        if self.settings.updates == UpdateStrategy::Ignore {
            self.warnings.push(problem);
            return Ok(());
        }
        let hint = "compute it where rows only come, below the aggregate, join or ranking whose results change; or write to a sink of upserts by a key \
                    that does not read it";
        Err(Error::sql(problem).at(output.span).hint(hint))
    }

    /// Notes which of the rows of one key is written: all that a table is filled from say the same.
    fn agree_on_conflicts(&mut self, entry: usize, output: &Output) -> Result<()> {
        let entry = &mut self.sinks.entries[entry];
        if !entry.inputs.is_empty() && entry.on_conflict != output.on_conflict {
            let error = Error::sql(format!("the INSERTs into '{}' disagree on conflicts", output.name)).at(output.span);
            return Err(error.hint("write the same ON CONFLICT in each of them"));
        }
        entry.on_conflict = output.on_conflict;
        if let (Some(_), Target::Table(table)) = (output.on_conflict, output.target) {
            entry.key = Some(key_columns(&self.catalog.tables[table].def, &entry.schema));
        }
        Ok(())
    }

    /// Writes the rows of `below`, input number `input` of `reader`, that come too late there, if there is a table for them.
    pub(super) fn write_late(
        &mut self,
        (reader, input): (NodeId, usize),
        placed: &Placed,
        late: &Option<Late>,
        below: &Plan,
    ) -> Result<()> {
        let Some(late) = late else { return Ok(()) };
        let def = &self.catalog.tables[late.table].def;
        let targets: Vec<_> = written(&def.columns).collect();
        let schema = Schema::new(targets.iter().map(|c| Field::new(c.name.clone(), c.data_type.clone())).collect());
        let columns = conformed(below.schema(), &late.columns, &targets).ok_or_else(|| {
            let error = Error::sql(format!("the columns of late table '{}' have other types than the late rows", def.name));
            self.about_table(error.hint("give its columns the types they have in the query"), late.table)
        })?;
        let (name, retracts) = (def.name.clone(), below.retracts());
        let node = self.add(late_calc(reader, input, columns, schema.clone(), OnError::SetAside));
        let entry = self.entry(Target::Table(late.table), &name, &schema)?;
        let entry = &mut self.sinks.entries[entry];
        if retracts && entry.sink.accepts() == Accepts::AppendOnly {
            let error = Error::sql(format!("late rows may be taken back, '{name}' takes new rows only"));
            return Err(self.about_table(error.hint("make the late table one that takes changes"), late.table));
        }
        entry.retracts |= retracts;
        entry.is_keyed &= !retracts;
        entry.note_deadlines(Vec::new());
        let placed = if *placed == Placed::OneShard { Placed::OneShard } else { Placed::Anywhere };
        entry.inputs.push(Lowered { node, placed });
        Ok(())
    }

    /// Refuses to write a table in two ways: two sinks of it would write over each other.
    fn refuse_other_options(&self, table: usize) -> Result<()> {
        let tables = &self.catalog.tables;
        let is_same = |entry: &Entry| matches!(entry.target, Target::Table(other) if tables[other].home == tables[table].home);
        match self.sinks.entries.iter().any(is_same) {
            true => {
                let error = Error::sql(format!("'{}' is written to with different options", tables[table].def.name));
                Err(self.about_table(error.hint("give all of its INSERTs the same hint OPTIONS"), table))
            }
            false => Ok(()),
        }
    }

    fn entry(&mut self, target: Target, name: &str, schema: &Schema) -> Result<usize> {
        let same = |entry: &Entry| entry.target == target && matches!(target, Target::Table(_));
        if let Some(found) = self.sinks.entries.iter().position(same) {
            return Ok(found);
        }
        let sink = match target {
            Target::Table(table) => {
                self.refuse_other_options(table)?;
                self.connectors.sink(&self.catalog.tables[table].def).map_err(|e| self.about_table(e, table))?
            }
            Target::Print => self.connectors.print()?,
            Target::Nowhere => sink::nowhere(),
        };
        let key = match (target, sink.accepts()) {
            (Target::Table(table), Accepts::Upsert) => Some(key_columns(&self.catalog.tables[table].def, schema)),
            _ => None,
        };
        let (name, schema, settings, inputs) = (name.to_owned(), schema.clone(), self.settings, Vec::new());
        let (retracts, is_keyed, on_conflict, deadlines) = (false, true, None, None);
        self.sinks.entries.push(Entry {
            target,
            name,
            sink,
            schema,
            settings,
            inputs,
            retracts,
            key,
            on_conflict,
            is_keyed,
            deadlines,
        });
        Ok(self.sinks.entries.len() - 1)
    }

    /// Makes the sink nodes, those of late rows last.
    pub(super) fn finish_sinks(&mut self) -> Result<()> {
        let mut entries = std::mem::take(&mut self.sinks.entries);
        entries.sort_by_key(|entry| entry.inputs.iter().all(|i| matches!(self.nodes[i.node].reads, Port::Late(_))));
        for entry in entries {
            self.settings = entry.settings;
            let mut input = self.joined(&entry);
            if entry.sink.placement() == Placement::OneShard {
                input = self.exchanged(input, &[]);
            }
            let writes = match (&entry.key, entry.retracts) {
                (Some(key), retracts) => {
                    // Whoever writes a key writes all of its rows, in order.
                    input = self.exchanged(input, key);
                    if let Some(which) = entry.row_of_key() {
                        input = self.last_row((key, None), which, entry.deadline(key), OnError::SetAside, input);
                    }
                    match entry.sink.accepts() {
                        Accepts::Upsert => Writes::Upsert(key.clone()),
                        _ if retracts || entry.on_conflict == Some(Standing::Last) => Writes::Retract,
                        _ => Writes::Append,
                    }
                }
                (None, true) => {
                    if entry.sink.accepts() == Accepts::Changelog && may_cancel(&self.nodes, input.node) {
                        let schema = self.nodes[input.node].schema.clone();
                        input.node = self.add(Node::new(NodeKind::Consolidate(Netting::Always), vec![input.node], schema));
                    }
                    Writes::Retract
                }
                (None, false) => Writes::Append,
            };
            let kind = NodeKind::Sink(SinkWrite { table: entry.name, sink: entry.sink, writes });
            self.add(Node::new(kind, vec![input.node], entry.schema));
        }
        Ok(())
    }

    fn joined(&mut self, entry: &Entry) -> Lowered {
        match entry.inputs.as_slice() {
            [one] => one.clone(),
            several => {
                let all_there = several.iter().all(|i| i.placed == Placed::OneShard);
                let placed = if all_there { Placed::OneShard } else { Placed::Anywhere };
                let nodes = several.iter().map(|i| i.node).collect();
                Lowered { node: self.add(Node::new(NodeKind::Union, nodes, entry.schema.clone())), placed }
            }
        }
    }
}

/// The columns of a table's PRIMARY KEY.
fn key_columns(def: &TableDef, schema: &Schema) -> Vec<usize> {
    def.primary_key.iter().filter_map(|name| schema.index_of(name)).collect()
}
