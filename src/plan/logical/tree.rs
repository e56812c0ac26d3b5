//! Plans as trees: what stands below each part, and walks over all of them.

use super::{Join, Plan, RankTime, Union};
use crate::plan::physical::Window;
use crate::types::Schema;
use crate::types::over::OverEmit;

impl Plan {
    /// Columns given out.
    pub fn schema(&self) -> &Schema {
        match self {
            Plan::Scan(scan) => &scan.schema,
            Plan::Calc(calc) => &calc.schema,
            Plan::WindowAssign(assign) => &assign.schema,
            Plan::Expand(expand) => &expand.schema,
            Plan::Unnest(unnest) => &unnest.schema,
            Plan::Aggregate(aggregate) => &aggregate.schema,
            Plan::WindowAggregate(aggregate) => &aggregate.schema,
            Plan::Join(join) => &join.schema,
            Plan::Rank(rank) => &rank.schema,
            Plan::NewestRow(newest) => &newest.schema,
            Plan::LastRow(last) => &last.schema,
            Plan::Hold(hold) => &hold.schema,
            Plan::InTime(gate) => &gate.schema,
            Plan::Sort(sort) => &sort.schema,
            Plan::Over(over) => &over.schema,
            Plan::RowPattern(pattern) => &pattern.schema,
            Plan::Union(union) => &union.schema,
            Plan::Values(values) => &values.schema,
        }
    }

    /// What stands below.
    pub fn inputs(&self) -> Vec<&Plan> {
        match self {
            Plan::Scan(_) | Plan::Values(_) => Vec::new(),
            Plan::Calc(calc) => vec![&calc.input],
            Plan::WindowAssign(assign) => vec![&assign.input],
            Plan::Expand(expand) => vec![&expand.input],
            Plan::Unnest(unnest) => vec![&unnest.input],
            Plan::Aggregate(aggregate) => vec![&aggregate.input],
            Plan::WindowAggregate(aggregate) => vec![&aggregate.input],
            Plan::Join(join) => vec![&join.left, &join.right],
            Plan::Rank(rank) => vec![&rank.input],
            Plan::NewestRow(newest) => vec![&newest.input],
            Plan::LastRow(last) => vec![&last.input],
            Plan::Hold(hold) => vec![&hold.input],
            Plan::InTime(gate) => vec![&gate.input],
            Plan::Sort(sort) => vec![&sort.input],
            Plan::Over(over) => vec![&over.input],
            Plan::RowPattern(pattern) => vec![&pattern.input],
            Plan::Union(union) => union.inputs.iter().collect(),
        }
    }

    /// Those of the inputs whose rows come out as they are, by the watermarks of their own splits, with columns added or left out. Behind a
    /// join this holds for the side that looks rows up.
    pub fn row_inputs(&self) -> Vec<&Plan> {
        match self {
            Plan::Join(join) if join.lookup.is_some() => vec![&join.left],
            Plan::Rank(rank) if rank.time == RankTime::Newest => vec![&rank.input],
            Plan::Over(over) if over.emit == OverEmit::AtOnce => vec![&over.input],
            Plan::Aggregate(_)
            | Plan::WindowAggregate(_)
            | Plan::Join(_)
            | Plan::Rank(_)
            | Plan::Hold(_)
            | Plan::InTime(_)
            | Plan::Sort(_)
            | Plan::Over(_)
            | Plan::RowPattern(_) => Vec::new(),
            _ => self.inputs(),
        }
    }

    /// Whether rows of tables come out of it as they are, so that each may have the watermark of its split.
    pub fn gives_table_rows(&self) -> bool {
        match self {
            Plan::Scan(_) => true,
            Plan::WindowAssign(assign) if matches!(assign.window, Window::Session { .. }) => false,
            _ => self.row_inputs().into_iter().any(Plan::gives_table_rows),
        }
    }

    /// What stands below, to be changed in place.
    pub fn inputs_mut(&mut self) -> Vec<&mut Plan> {
        match self {
            Plan::Scan(_) | Plan::Values(_) => Vec::new(),
            Plan::Calc(calc) => vec![&mut calc.input],
            Plan::WindowAssign(assign) => vec![&mut assign.input],
            Plan::Expand(expand) => vec![&mut expand.input],
            Plan::Unnest(unnest) => vec![&mut unnest.input],
            Plan::Aggregate(aggregate) => vec![&mut aggregate.input],
            Plan::WindowAggregate(aggregate) => vec![&mut aggregate.input],
            Plan::Join(join) => vec![&mut join.left, &mut join.right],
            Plan::Rank(rank) => vec![&mut rank.input],
            Plan::NewestRow(newest) => vec![&mut newest.input],
            Plan::LastRow(last) => vec![&mut last.input],
            Plan::Hold(hold) => vec![&mut hold.input],
            Plan::InTime(gate) => vec![&mut gate.input],
            Plan::Sort(sort) => vec![&mut sort.input],
            Plan::Over(over) => vec![&mut over.input],
            Plan::RowPattern(pattern) => vec![&mut pattern.input],
            Plan::Union(union) => union.inputs.iter_mut().collect(),
        }
    }

    /// The same, but for a table in which rows are looked up: it is as it is when they come.
    pub fn asking_inputs_mut(&mut self) -> Vec<&mut Plan> {
        let asking = if matches!(self, Plan::Join(Join { lookup: Some(_), .. })) { 1 } else { usize::MAX };
        self.inputs_mut().into_iter().take(asking).collect()
    }

    /// This plan with every part replaced by what `rewrite` makes of it, inputs first.
    #[must_use]
    pub fn rewrite(mut self, rewrite: &mut impl FnMut(Plan) -> Plan) -> Plan {
        for input in self.inputs_mut() {
            let taken = std::mem::replace(input, Plan::empty());
            *input = taken.rewrite(rewrite);
        }
        rewrite(self)
    }

    /// Calls `visit` for this plan and every part of it, parents first.
    pub fn walk(&self, visit: &mut impl FnMut(&Plan)) {
        visit(self);
        for input in self.inputs() {
            input.walk(visit);
        }
    }

    /// How many operators stand over one another, this one counted.
    pub fn depth(&self) -> usize {
        1 + self.inputs().into_iter().map(Plan::depth).max().unwrap_or(0)
    }

    /// What stands below filters and projections.
    pub fn below_calcs(&mut self) -> &mut Plan {
        match self {
            Plan::Calc(calc) => calc.input.below_calcs(),
            other => other,
        }
    }

    /// A plan of nothing, to stand in for one that is being moved.
    pub fn empty() -> Plan {
        Plan::Union(Union { inputs: Vec::new(), schema: Schema::default() })
    }
}
