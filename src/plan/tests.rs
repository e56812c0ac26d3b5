//! Whole statements to plans, with connectors that exist in name only.

use super::physical::{AggregateCall, Aligned, Emit, Exchange, JoinFilter, Nested, Netting, NodeKind, Port, Window};
use super::*;
use crate::error::Error;
use crate::expr::Expr;
use crate::sink::{Accepts, Placement, Writer};
use crate::source::{Boundedness, Liveness, Projection, Reader};
use crate::types::pattern::{Reference, RowsPerMatch};
use crate::types::{DataType, Field, Schema};

#[derive(Debug)]
struct Nothing {
    append_only: bool,
}

impl Source for Nothing {
    fn describe(&self) -> String {
        "nothing".to_owned()
    }
    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }
    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }
    fn open(&self, _: usize, _: usize, _: &Projection) -> Result<Box<dyn Reader>> {
        Err(Error::internal("not to be opened"))
    }
}

impl Sink for Nothing {
    fn describe(&self) -> String {
        "nowhere".to_owned()
    }
    fn delivery(&self) -> &'static str {
        "at-most-once"
    }
    fn placement(&self) -> Placement {
        if self.append_only { Placement::EachShard } else { Placement::OneShard }
    }
    fn accepts(&self) -> Accepts {
        if self.append_only { Accepts::AppendOnly } else { Accepts::Changelog }
    }
    fn open(&self, _: usize, _: usize, _: &Schema) -> Result<Box<dyn Writer>> {
        Err(Error::internal("not to be opened"))
    }
}

struct Fakes;

impl Connectors for Fakes {
    fn source(&self, _: &TableDef) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(Nothing { append_only: true }))
    }
    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        Ok(Arc::new(Nothing { append_only: table.options.text("connector") != Some("print") }))
    }
    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(Arc::new(Nothing { append_only: false }))
    }
}

const TABLES: &str = "
CREATE TABLE trades (sym STRING, price DOUBLE, qty INT, amount DECIMAL(10, 2), note STRING, ts TIMESTAMP(3),
  cost AS price * qty, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'x', 'late.table' = 'late');
CREATE TABLE late (sym STRING, ts TIMESTAMP(3)) WITH ('connector' = 'x');
CREATE TABLE plain (a INT, b BIGINT, c STRING) WITH ('connector' = 'x');
CREATE TABLE other (b BIGINT, a INT) WITH ('connector' = 'x');
";

fn planned(sql: &str) -> Result<Planned> {
    plan(&[Script { text: format!("{TABLES}{sql}"), file: "q.sql".to_owned() }], &[], &Fakes)
}

fn text(sql: &str) -> String {
    match planned(sql) {
        Ok(planned) => {
            verify(&planned.plan);
            explain(&planned, 2)
        }
        Err(error) => panic!("{sql}\n{error}"),
    }
}

/// Every column read is there, with the type it is read as; every node gives what its schema says.
fn verify(plan: &PhysicalPlan) {
    for (id, node) in plan.nodes.iter().enumerate() {
        assert!(node.inputs.iter().all(|&i| i < id), "#{id} stands before its inputs");
        let below: Vec<Schema> = node.inputs.iter().map(|&i| plan.nodes[i].schema.clone()).collect();
        match &node.kind {
            NodeKind::Scan(scan) => {
                let schema = Schema::new(scan.read_types.iter().map(|t| Field::new("read", t.clone())).collect());
                let hidden = usize::from(scan.emits_split_watermark);
                assert_eq!(scan.columns.len() + hidden, node.schema.fields.len(), "#{id}");
                scan.columns.iter().zip(&node.schema.fields).for_each(|(e, f)| verify_expr(e, &schema, &f.data_type));
                let watermark = scan.watermark.iter();
                watermark.for_each(|w| {
                    let time = w.time_column.map(|column| node.schema.fields[column].data_type.clone());
                    verify_expr(&w.expr, &node.schema, &time.unwrap_or(DataType::TimestampLtz(3)));
                });
            }
            NodeKind::Calc(calc) if let Port::Late(input) = node.reads => {
                let reader = &plan.nodes[node.inputs[0]];
                let late = plan.nodes[reader.inputs[input]].schema.clone();
                calc.columns.iter().zip(&node.schema.fields).for_each(|(e, f)| verify_expr(e, &late, &f.data_type));
            }
            NodeKind::Calc(calc) => {
                assert_eq!(calc.columns.len(), node.schema.fields.len(), "#{id}");
                calc.columns.iter().zip(&node.schema.fields).for_each(|(e, f)| verify_expr(e, &below[0], &f.data_type));
                calc.filter.iter().for_each(|f| verify_expr(f, &below[0], &DataType::Boolean));
            }
            NodeKind::PartialAggregate(_) => assert_eq!(below[0].types(), node.schema.types(), "#{id}"),
            NodeKind::Aggregate(a) => verify_calls(&a.keys, &a.calls, 0, &below[0], &node.schema),
            NodeKind::WindowAggregate(a) => {
                let is_given = matches!(a.window, Window::Aligned(Aligned::Given));
                verify_calls(&a.keys, &a.calls, if is_given { 2 } else { 3 }, &below[0], &node.schema);
                assert!(below[0].fields[a.time_column].data_type.is_timestamp());
                let hidden = a.split_watermark_column.map(|c| below[0].fields[c].name.as_str());
                assert!(hidden.is_none_or(|name| name == "$watermark"), "{hidden:?}");
            }
            NodeKind::NewestRow(newest) => {
                let columns = newest.keys.iter().copied().chain(newest.order.iter().map(|key| key.column));
                assert!(columns.into_iter().all(|column| column < below[0].fields.len()), "#{id}");
                assert_eq!(below[0].fields[newest.split_watermark_column].name, "$watermark", "#{id}");
                assert_eq!(below[0].types(), node.schema.types(), "#{id}");
            }
            NodeKind::LastRow(last) => {
                assert!(last.keys.iter().all(|key| *key < below[0].fields.len()), "#{id}");
                assert_eq!(below[0].types(), node.schema.types(), "#{id}");
            }
            NodeKind::Rank(rank) => {
                assert!(rank.order.iter().all(|key| key.column < below[0].fields.len()), "#{id}");
                let mut given = below[0].types();
                let hidden = rank.split_watermark_column;
                assert!(hidden.is_none_or(|c| c + 1 == given.len() && below[0].fields[c].name == "$watermark"), "#{id}");
                given.truncate(given.len() - usize::from(hidden.is_some()));
                given.extend(rank.gives_rank.then_some(DataType::BigInt));
                assert_eq!(given, node.schema.types(), "#{id}");
            }
            NodeKind::Hold(hold) => {
                assert!(hold.keys.iter().chain(&hold.until).all(|column| *column < below[0].fields.len()), "#{id}");
                assert_eq!(below[0].types(), node.schema.types(), "#{id}");
            }
            NodeKind::InTime(gate) => {
                let mut given = below[0].types();
                let hidden = gate.split_watermark_column;
                assert!(hidden.is_none_or(|c| c + 1 == given.len() && below[0].fields[c].name == "$watermark"), "#{id}");
                given.truncate(given.len() - usize::from(hidden.is_some()));
                assert!(given[gate.window_end].is_timestamp(), "#{id}");
                assert_eq!(given, node.schema.types(), "#{id}");
            }
            NodeKind::Sort(sort) => {
                assert!(sort.order.iter().all(|key| key.column < below[0].fields.len()), "#{id}");
                assert_eq!(below[0].types(), node.schema.types(), "#{id}");
                let hidden = sort.time.and_then(|time| time.split_watermark_column).map(|c| below[0].fields[c].name.as_str());
                assert!(hidden.is_none_or(|name| name == "$watermark"), "{hidden:?}");
            }
            NodeKind::Over(over) => {
                assert!(over.order.iter().all(|key| key.column < below[0].fields.len()), "#{id}");
                let mut given = below[0].types();
                given.truncate(given.len() - usize::from(over.split_watermark_column.is_some()));
                given.extend(over.calls.iter().map(|call| call.data_type.clone()));
                assert_eq!(given, node.schema.types(), "#{id}");
            }
            NodeKind::RowPattern(pattern) => {
                let mut given = below[0].types();
                let of = |read: &Reference| read.data_type(&below[0].types());
                let read: Vec<DataType> = pattern.shape.measures.iter().map(of).collect();
                for condition in &pattern.conditions {
                    let own = condition.own.map(|own| below[0].fields[own].data_type.clone());
                    assert!(own.is_none_or(|own| own == DataType::Boolean), "#{id}");
                    condition.rest.iter().for_each(|(rest, asked)| {
                        let asked = asked.iter().map(|read| Field::new("read", of(read))).collect();
                        verify_expr(rest, &Schema::new(asked), &DataType::Boolean);
                    });
                }
                assert_eq!(pattern.conditions.len(), pattern.shape.variables.len(), "#{id}");
                given.truncate(given.len() - usize::from(pattern.split_watermark_column.is_some()));
                if pattern.shape.rows == RowsPerMatch::One {
                    given = pattern.keys.iter().map(|key| given[*key].clone()).collect();
                }
                given.extend(read);
                assert_eq!(given, node.schema.types(), "#{id}");
            }
            NodeKind::Join(join) => {
                let types = |keys: &[usize], side: usize| -> Vec<DataType> {
                    keys.iter().map(|key| below[side].fields[*key].data_type.clone()).collect()
                };
                assert_eq!(types(&join.left_keys, 0), types(&join.right_keys, 1), "#{id}");
                let both: Vec<Field> = below.iter().flat_map(|b| b.fields.clone()).collect();
                if let Some(JoinFilter { filter, columns }) = &join.filter {
                    let names = Schema::new(columns.iter().map(|column| both[*column].clone()).collect());
                    verify_expr(filter, &names, &DataType::Boolean);
                }
                let given: Vec<DataType> = (0..2).flat_map(|side| types(&join.given[side], side)).collect();
                assert_eq!(given, node.schema.types(), "#{id}");
                for (side, column) in join.time.iter().flat_map(|time| time.columns.into_iter().enumerate()) {
                    assert!(below[side].fields[column].data_type.is_timestamp(), "#{id}");
                }
            }
            NodeKind::Exchange(_) if node.reads == Port::States => {
                assert!(matches!(plan.nodes[node.inputs[0]].kind, NodeKind::PartialAggregate(_)), "#{id}");
            }
            NodeKind::Union | NodeKind::Consolidate(_) | NodeKind::Exchange(_) | NodeKind::Sink(_) => {
                below.iter().for_each(|b| assert_eq!(b.types(), node.schema.types(), "#{id}"));
            }
            NodeKind::Expand(expand) => {
                assert_eq!(below[0].fields.len() + expand.keys.len() + 1, node.schema.fields.len(), "#{id}");
            }
            NodeKind::Unnest(unnest) => {
                let own = below[0].fields.len() - 1;
                let items = if unnest.nested == Nested::Map { 3 } else { 2 };
                assert_eq!(own + items, node.schema.fields.len(), "#{id}");
                assert_eq!(below[0].types()[..own], node.schema.types()[..own], "#{id}");
            }
            NodeKind::WindowAssign(assign) => {
                assert_eq!(below[0].fields.len() + assign.columns.len(), node.schema.fields.len(), "#{id}");
            }
        }
    }
}

fn verify_calls(keys: &[usize], calls: &[AggregateCall], between: usize, below: &Schema, schema: &Schema) {
    assert_eq!(keys.len() + between + calls.len(), schema.fields.len());
    for (i, &key) in keys.iter().enumerate() {
        assert_eq!(below.fields[key].data_type, schema.fields[i].data_type);
    }
    for (call, field) in calls.iter().zip(&schema.fields[keys.len() + between..]) {
        assert_eq!(call.data_type, field.data_type);
        call.columns().zip(call.column_types()).for_each(|(c, t)| assert_eq!(below.fields[c].data_type, *t));
        call.filter.iter().for_each(|&c| assert_eq!(below.fields[c].data_type, DataType::Boolean));
    }
}

fn verify_expr(expr: &Expr, schema: &Schema, expected: &DataType) {
    assert_eq!(expr.data_type(), *expected, "{}", explain::expression(expr, schema));
    expr.walk(&mut |part| {
        if let Expr::Column { index, data_type } = part {
            assert_eq!(schema.fields[*index].data_type, *data_type, "{}", explain::expression(expr, schema));
        }
    });
}

/// The explained plan holds these parts in this order.
fn check(sql: &str, parts: &[&str]) {
    let text = text(sql);
    let mut rest = text.as_str();
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => panic!("{part:?} is missing (in this order) in the plan of {sql}\n{text}"),
        }
    }
}

fn refused(sql: &str, message: &str, hint: &str) {
    let error = planned(sql).expect_err(sql);
    assert!(error.message().contains(message), "{sql}: {error}");
    assert!(error.hint_text().unwrap_or("").contains(hint), "{sql}: {error}");
    assert!(error.span().is_some(), "{sql}: {error} has no place");
    assert!(error.to_string().contains("q.sql:"), "{sql}: {error}");
}

#[test]
fn filter_and_projection_become_one_calc_over_what_is_read() {
    check(
        "INSERT INTO plain SELECT qty, qty * 2, sym FROM trades WHERE price > 10",
        &[
            "Sink plain (a, b, c)",
            "Calc (qty AS a, CAST((qty * 2) AS BIGINT) AS b, sym AS c) where (price > 10.0)",
            "Scan trades (sym, price, qty)",
        ],
    );
}

#[test]
fn a_join_lies_by_its_keys_and_filters_stand_below_it() {
    check(
        "SELECT p.c, o.a FROM plain AS p, other AS o WHERE p.b = o.b AND p.a > 3 AND o.a < 5 AND p.a < o.a",
        &[
            "Join inner on (left.b = right.b) where (left.a < right.a)",
            "state: rows of each input until the other has ended",
            "Exchange hash(b)",
            "Calc (a, b, c) where (a > 3)",
            "Exchange hash(b)",
            "Calc (b, a) where (a < 5)",
        ],
    );
    check(
        "SELECT p.c, o.b FROM plain AS p LEFT JOIN other AS o ON p.a + 1 = o.a WHERE o.b IS NULL",
        &["where (b IS NULL)", "Join left on ($key2 = right.a)", "Exchange hash($key", "(a + 1)"],
    );
}

#[test]
fn joins_and_groupings_by_the_same_key_share_an_exchange() {
    let text = text("SELECT p.b, COUNT(*) FROM plain AS p JOIN other AS o ON p.b = o.b GROUP BY p.b");
    let physical = text.split("== Physical").nth(1).expect("a physical plan");
    assert_eq!(physical.matches("Exchange hash").count(), 2, "{text}");
}

#[test]
fn running_aggregate_lies_by_its_key() {
    check(
        "SELECT sym, COUNT(*), SUM(qty) AS s FROM trades GROUP BY sym HAVING SUM(qty) > 3",
        &[
            "Exchange gather",
            "where (agg1 > 3)",
            "Aggregate by (sym) [COUNT(*), SUM(qty)] emit on change",
            "state: one entry per key: unbounded",
            "Exchange hash(sym)",
            "Scan trades (sym, qty)",
        ],
    );
}

#[test]
fn window_table_function_below_a_grouping_is_a_window_aggregate() {
    for sql in [
        "SELECT sym, window_start, window_end, SUM(price * qty) AS total FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE qty > 0 GROUP BY sym, window_start, window_end",
        "SELECT sym, TUMBLE_START(ts, INTERVAL '10' SECOND), TUMBLE_END(ts, INTERVAL '10' SECOND), SUM(price * qty) AS total FROM trades WHERE qty > 0 GROUP BY sym, TUMBLE(ts, INTERVAL '10' SECOND)",
    ] {
        check(
            sql,
            &[
                "== Physical",
                "WindowAggregate TUMBLE(10 s) on ts by (sym)",
                "emit on close",
                "late: by $watermark",
                "Exchange hash(sym)",
                "qty > 0",
                "Scan trades (sym, price, qty, ts, $watermark)",
                "Sink late (sym, ts)",
                "reads the late rows",
            ],
        );
    }
}

#[test]
fn aggregate_over_window_columns_used_otherwise_is_a_running_one() {
    check(
        "SELECT window_start, MAX(ts) FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY window_start",
        &["Aggregate by (window_start)", "WindowAssign HOP(10 s every 5 s) on ts"],
    );
}

#[test]
fn rankings_of_windows_keep_the_end_alone_where_the_rest_follows_from_it() {
    let of = |window: &str| {
        format!(
            "SELECT sym, window_start, window_end FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY qty) AS n \
             FROM TABLE({window}(TABLE trades, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND))) WHERE n = 1"
        )
    };
    let kept =
        ["(window_end - INTERVAL '10 s') AS window_start", "by (window_end)", "(sym, qty, ts, window_end,", "WindowAssign HOP"];
    check(&of("HOP"), &kept);
    check(
        &of("CUMULATE"),
        &["by (window_start, window_end)", "(sym, qty, ts, window_start, window_end,", "WindowAssign CUMULATE"],
    );
}

#[test]
fn different_rows_of_windows_are_a_window_aggregate_where_a_column_says_which_window() {
    let of = |columns: &str, window: &str| {
        format!(
            "SELECT DISTINCT {columns} FROM TABLE({window}(TABLE trades, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND))"
        )
    };
    for (columns, window) in [
        ("sym, window_start, window_end", "HOP"),
        ("sym, window_start", "HOP"),
        ("sym, window_end", "HOP"),
        ("sym, window_end", "CUMULATE"),
        ("sym, window_start, window_end", "CUMULATE"),
    ] {
        check(&of(columns, window), &["WindowAggregate", "by (sym) [] emit on close", "bounded by the watermark"]);
    }
    for (columns, window) in [("sym, window_start", "CUMULATE"), ("sym", "HOP"), ("sym, window_start + INTERVAL '1' DAY", "HOP")]
    {
        check(&of(columns, window), &["Distinct (sym", "unbounded", "WindowAssign"]);
    }
}

#[test]
fn two_queries_share_one_scan() {
    let planned =
        planned("INSERT INTO other SELECT qty, qty FROM trades; INSERT INTO plain (c) SELECT note FROM trades WHERE price > 1")
            .expect("plans");
    let scans: Vec<_> = planned.plan.nodes.iter().filter(|n| matches!(n.kind, NodeKind::Scan(_))).collect();
    assert_eq!(scans.len(), 1);
    assert_eq!(scans[0].schema.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["price", "qty", "note"]);
}

#[test]
fn an_input_that_lies_by_some_keys_is_not_exchanged_again() {
    let sql = "INSERT INTO other SELECT COUNT(*), a FROM (SELECT a, b, COUNT(*) AS n FROM (SELECT a, b FROM (SELECT a, COUNT(*) AS b FROM plain GROUP BY a) t) u GROUP BY a, b) v GROUP BY a EMIT FINAL";
    let planned = planned(sql).expect("plans");
    let of_rows = planned.plan.nodes.iter().filter(|n| n.reads == Port::Rows);
    let hashes = of_rows.filter(|n| matches!(n.kind, NodeKind::Exchange(Exchange::Hash(_)))).count();
    assert_eq!(hashes, 1, "{}", explain(&planned, 2));
    let emits =
        planned.plan.nodes.iter().filter(|n| matches!(&n.kind, NodeKind::Aggregate(a) if a.emit == Emit::OnClose)).count();
    assert_eq!(emits, 3);
}

#[test]
fn groupings_of_the_same_rows_by_the_same_keys_share_an_exchange() {
    let one = "INSERT INTO other SELECT MAX(b), a FROM plain GROUP BY a EMIT FINAL";
    for (sql, hashes) in [(one.to_owned(), 2), (format!("{one}; {}", one.replace("MAX", "MIN")), 1)] {
        let planned = planned(&sql).expect("plans");
        verify(&planned.plan);
        let is_hash = |node: &&super::physical::Node| matches!(node.kind, NodeKind::Exchange(Exchange::Hash(_)));
        assert_eq!(planned.plan.nodes.iter().filter(is_hash).count(), hashes, "{}", explain(&planned, 2));
    }
}

/// How many nodes there are of which this holds.
fn count(plan: &PhysicalPlan, is: impl Fn(&NodeKind) -> bool) -> usize {
    plan.nodes.iter().filter(|node| is(&node.kind)).count()
}

#[test]
fn equal_filters_and_exchanges_of_several_queries_are_one() {
    let sums = "INSERT INTO other SELECT SUM(b), a FROM plain WHERE a > 1 AND c = 'x' GROUP BY a EMIT FINAL";
    let most = "INSERT INTO plain SELECT MAX(a), b, MAX(c) FROM (SELECT a, b, c FROM plain WHERE c = 'x' AND a > 1) GROUP BY b EMIT FINAL";
    for (sql, filters, exchanges) in [
        (format!("{sums}; {}", sums.replace("SUM(b)", "COUNT(c)")), 1, 1),
        (format!("{sums}; {}", sums.replace("SUM(b)", "MAX(b / 2)")), 1, 1),
        // Another key, ...
        (format!("{sums}; {most}"), 1, 2),
        // ... another condition.
        (format!("{sums}; {}", sums.replace("a > 1", "a > 2").replace("SUM", "MAX")), 2, 2),
    ] {
        let planned = planned(&format!("SET 'table.optimizer.agg-phase-strategy' = 'ONE_PHASE'; {sql}")).expect("plans");
        verify(&planned.plan);
        let shown = explain(&planned, 2);
        assert_eq!(
            count(&planned.plan, |kind| matches!(kind, NodeKind::Calc(calc) if calc.filter.is_some())),
            filters,
            "{shown}"
        );
        assert_eq!(count(&planned.plan, |kind| matches!(kind, NodeKind::Exchange(Exchange::Hash(_)))), exchanges, "{shown}");
    }
}

#[test]
fn changes_that_come_to_nothing_are_left_out_before_operators_that_keep_something() {
    let counts = "(SELECT a, b, COUNT(*) AS n, MAX(c) AS m FROM plain GROUP BY a, b)";
    for (sql, there) in [
        // What tells rows apart is left out, ...
        (format!("SELECT n, COUNT(*) FROM {counts} GROUP BY n"), 1),
        (format!("SELECT b FROM other WHERE a IN (SELECT a FROM {counts} WHERE n > 5)"), 1),
        // ... or rows of an outer input meet none for a moment.
        (
            format!(
                "SELECT o.a, o.b, c.a, c.b, n, COUNT(*) FROM other o LEFT JOIN {counts} c ON o.a = c.a AND o.b = c.b
                 GROUP BY o.a, o.b, c.a, c.b, n"
            ),
            1,
        ),
        // All that there is goes on, ...
        (format!("SELECT a, b, n, m, COUNT(*) FROM {counts} GROUP BY a, b, n, m"), 0),
        (format!("SELECT a, MAX(n) FROM {counts} GROUP BY a, b"), 0),
        // ... rows only come, ...
        ("SELECT a, COUNT(*) FROM plain GROUP BY a".to_owned(), 0),
        // ... or what changes would not grow old.
        (format!("SET 'table.exec.state.ttl' = '1 h'; SELECT n, COUNT(*) FROM {counts} GROUP BY n"), 0),
    ] {
        let planned = planned(&sql).expect("plans");
        verify(&planned.plan);
        let is_inside = |kind: &NodeKind| matches!(kind, NodeKind::Consolidate(Netting::WhereItPays));
        assert_eq!(count(&planned.plan, is_inside), there, "{sql}\n{}", explain(&planned, 2));
    }
    check(
        "SELECT n, COUNT(*) FROM (SELECT a, COUNT(*) AS n FROM plain GROUP BY a) GROUP BY n",
        &["Aggregate by (n)", "Exchange hash(n)", "Consolidate where it pays", "Calc (agg0 AS n)", "Aggregate by (a)"],
    );
}

#[test]
fn an_exchange_is_shared_only_where_it_carries_no_more_columns() {
    let wide = "SELECT sym, SUM(price + qty + amount) FROM trades GROUP BY sym";
    for (sql, exchanges) in [
        // The column that one query computes is made of two for the other.
        ("SELECT sym, SUM(qty) FROM trades GROUP BY sym; SELECT sym, MAX(price * qty) FROM trades GROUP BY sym", 1),
        ("SELECT sym, COUNT(*) FROM trades GROUP BY sym; SELECT sym, MAX(CONCAT(note, 'x')) FROM trades GROUP BY sym", 1),
        (&format!("SELECT sym, COUNT(*) FROM trades GROUP BY sym; {wide}"), 2),
    ] {
        let planned = planned(&format!("SET 'table.optimizer.agg-phase-strategy' = 'ONE_PHASE'; {sql}")).expect("plans");
        verify(&planned.plan);
        let hashes = count(&planned.plan, |kind| matches!(kind, NodeKind::Exchange(Exchange::Hash(_))));
        assert_eq!(hashes, exchanges, "{}", explain(&planned, 2));
    }
}

#[test]
fn what_is_not_there_is_refused_by_name_and_place() {
    refused("SELECT * FROM trads", "no table or view 'trads'", "trades");
    refused("SELECT pirce FROM trades", "no column 'pirce'", "price");
    refused("SELECT * FROM plain p JOIN other o", "a join without ON", "CROSS JOIN");
    refused("SELECT a FROM plain LIMIT a", "a number of rows is a constant", "10");
    refused("SELECT a FROM plain LIMIT (SELECT 1)", "a sub-query in this place", "sub-query in FROM");
    refused("SELECT (SELECT a, b FROM other) FROM plain", "reads one column, but the sub-query has 2", "");
    refused("SELECT a FROM plain INTERSECT SELECT a, b FROM other", "INTERSECT of 1 and 2 columns", "");
    refused("SELECT a, COUNT(*) FROM plain", "'a' is neither in GROUP BY", "add a");
    refused("SELECT a FROM plain WHERE COUNT(*) > 1", "not allowed here", "HAVING");
    refused("SELECT SUM(COUNT(*)) FROM plain", "inside an aggregate", "sub-query");
    refused("SELECT a FROM plain WHERE a", "must be BOOLEAN", "");
    refused("SELECT a + c FROM plain", "INT + STRING", "");
    refused("INSERT INTO plain SELECT a FROM plain", "takes 3 columns", "");
    refused("INSERT INTO other SELECT c, a FROM plain", "column 'b' of 'other' is BIGINT", "CAST");
    refused("INSERT INTO other SELECT COUNT(*), a FROM plain GROUP BY a", "changes to rows", "EMIT FINAL");
    refused(
        "SELECT window_start FROM TABLE(TUMBLE(TABLE plain, DESCRIPTOR(a), INTERVAL '1' SECOND)) GROUP BY window_start, window_end",
        "not an event-time column",
        "WATERMARK",
    );
    refused(
        "SELECT COUNT(*) FROM TABLE(SESSION(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MONTH)) GROUP BY window_start, window_end",
        "windows of months",
        "days",
    );
}

#[test]
fn queries_of_all_forms_plan() {
    for sql in [
        "SELECT * FROM plain",
        "SELECT 1 + 1, 'x'",
        "INSERT INTO plain VALUES (1, 2, 'x'), (3, NULL, 'y')",
        "SELECT x + 1 FROM (VALUES (1, 'a'), (2.5, NULL)) AS t (x, y) WHERE y IS NOT NULL",
        "SELECT k, COUNT(*) FROM (VALUES (1), (2)) AS t (k) GROUP BY k",
        "SELECT p.* , 1 AS one, -2147483648 AS low FROM plain AS p",
        "SELECT DISTINCT a FROM plain",
        "SELECT a FROM plain UNION ALL SELECT b FROM other UNION SELECT a FROM plain",
        "WITH t AS (SELECT a, b FROM plain) SELECT x FROM (SELECT a + b AS x FROM t) u WHERE x > 3",
        "SELECT COUNT(*) FROM plain",
        "SELECT CASE a WHEN 1 THEN 'x' ELSE c END, COALESCE(c, 'n'), NULLIF(a, 3), a BETWEEN 1 AND 3, a IN (1, 2, NULL) FROM plain",
        "SELECT CAST(a AS STRING) || 'x', c = 'y' OR a IS NULL, TRY_CAST(c AS INT) FROM plain",
        "SELECT COUNT(DISTINCT a) FILTER (WHERE b > 1), AVG(b) + 1 FROM plain GROUP BY c",
        "SELECT amount + 1, amount * amount, amount / 3, ts - INTERVAL '1' DAY, ts > '2024-01-01 00:00:00' FROM trades",
        "SELECT a, COUNT(*) FROM plain GROUP BY 1",
        "SELECT a + 1 AS k, COUNT(*) FROM plain GROUP BY k",
        "SELECT k, MAX(n) FROM (SELECT a AS k, b, COUNT(*) AS n FROM plain GROUP BY a, b) t GROUP BY k",
        "CREATE VIEW v AS SELECT sym, ts, qty FROM trades; SELECT window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end",
        "SELECT sym, COUNT(*) FROM trades GROUP BY sym, TUMBLE(ts, INTERVAL '10' SECOND) EMIT CHANGES",
        "SELECT sym, window_start, window_time, COUNT(*) FROM trades GROUP BY sym, tumble(INTERVAL '10 seconds')",
        "SELECT sym, window_end, SUM(cost) FROM trades WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY sym",
        "SELECT COUNT(*), window_end FROM (SELECT * FROM tumble(trades, ts, INTERVAL '10 seconds') WHERE window_start > TIMESTAMP '2024-01-01 00:00:00') w WHERE sym <> 'x' GROUP BY window_start, window_end",
        "SELECT window_end, COUNT(DISTINCT sym), SUM(amount) FILTER (WHERE qty > 1) FROM TABLE(TUMBLE(TABLE (SELECT ts, sym, qty, amount FROM trades UNION ALL SELECT ts, sym, 1, amount FROM trades), DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end",
        "SELECT MAX(n), w FROM (SELECT window_end AS w, sym, COUNT(*) AS n FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '3' SECOND)) GROUP BY window_start, window_end, sym) t GROUP BY w",
        "SELECT window_start, window_start + INTERVAL '1' DAY, COUNT(*) + 1 FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end HAVING COUNT(*) > 1",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO other SELECT b, a FROM plain; INSERT INTO other SELECT a, a FROM plain; END",
    ] {
        text(sql);
    }
}

#[test]
fn a_late_table_needs_its_columns_at_the_window() {
    refused(
        "SELECT window_start, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end"
            .replace("TABLE v", "(SELECT ts, qty FROM trades)")
            .as_str(),
        "its column 'sym' does not reach the window",
        "select sym",
    );
}

#[test]
fn each_input_of_a_join_over_time_has_its_late_table() {
    check(
        "CREATE TABLE quotes (sym STRING, bid INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'x', 'late.table' = 'late_quotes');
         CREATE TABLE late_quotes (bid INT) WITH ('connector' = 'x');
         SELECT t.qty FROM trades t JOIN quotes q ON t.sym = q.sym AND t.ts BETWEEN q.ts AND q.ts + INTERVAL '1' SECOND WHERE q.bid > 3",
        &[
            "IntervalJoin inner on (left.sym = right.sym)",
            "where (bid > 3)",
            "Sink late (sym, ts)",
            "reads the late rows of the join's left input",
            "Sink late_quotes (bid)",
            "reads the late rows of the join's right input",
        ],
    );
}

#[test]
fn exists_and_in_between_two_windows_are_joins_over_time() {
    let windows = |table: &str| format!("(SELECT * FROM TABLE(TUMBLE(TABLE {table}, DESCRIPTOR(ts), INTERVAL '5' SECOND)))");
    let (l, r) = (windows("trades"), windows("trades"));
    let same = "L.window_start = R.window_start AND L.window_end = R.window_end";
    for (condition, kind) in [
        (format!("EXISTS (SELECT * FROM {r} R WHERE L.sym = R.sym AND {same})"), "WindowJoin left semi"),
        (format!("NOT EXISTS (SELECT * FROM {r} R WHERE L.sym = R.sym AND {same})"), "WindowJoin left anti"),
        (format!("L.sym IN (SELECT sym FROM {r} R WHERE {same})"), "WindowJoin left semi"),
        (format!("L.sym NOT IN (SELECT sym FROM {r} R WHERE {same})"), "WindowJoin left anti"),
    ] {
        check(
            &format!("SELECT L.qty FROM {l} L WHERE {condition}"),
            &[kind, "state: rows of open windows, bounded by the watermark"],
        );
    }
}

#[test]
fn a_small_input_of_a_join_goes_to_every_shard_and_the_other_stays() {
    let small = "(VALUES (1, 'one')) AS d (k, name)";
    for (join, shown) in [
        (
            format!("plain JOIN {small} ON a = k"),
            ["Join inner", "Scan plain", "Exchange broadcast to every shard", "Scan VALUES"],
        ),
        (
            format!("plain LEFT JOIN {small} ON a = k"),
            ["Join left", "Scan plain", "Exchange broadcast to every shard", "Scan VALUES"],
        ),
        (
            format!("{small} JOIN plain ON a = k"),
            ["Join inner", "Exchange broadcast to every shard", "Scan VALUES", "Scan plain"],
        ),
        (format!("plain CROSS JOIN {small}"), ["Join inner", "Scan plain", "Exchange broadcast to every shard", "Scan VALUES"]),
        (format!("plain FULL JOIN {small} ON a = k"), ["Join full", "Exchange hash(a)", "Exchange hash(EXPR$0)", "Scan VALUES"]),
        (format!("{small} LEFT JOIN plain ON a = k"), ["Join left", "Exchange hash(EXPR$0)", "Scan VALUES", "Exchange hash(a)"]),
    ] {
        check(&format!("SELECT name, b FROM {join}"), &shown);
    }
    // Rows of the one aggregate alone are brought together.
    let shown = ["Join left", "Scan plain", "Exchange broadcast to every shard", "Aggregate by ()", "Exchange gather"];
    check("SELECT a FROM plain WHERE b > (SELECT MAX(b) FROM other)", &shown);
}

#[test]
fn a_window_over_a_window_has_no_split_watermark() {
    check(
        "CREATE VIEW w AS SELECT sym, window_time AS t, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY sym, window_start, window_end, window_time;
         SELECT window_end, SUM(n) FROM TABLE(TUMBLE(TABLE w, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY window_start, window_end",
        &["WindowAggregate TUMBLE(10 s)", "late: by the watermark of the operator", "Exchange gather", "WindowAggregate TUMBLE(1 s)", "late: by $watermark"],
    );
}

#[test]
fn filters_move_through_unions_and_groupings() {
    check(
        "SELECT * FROM (SELECT a, b FROM plain UNION ALL SELECT a, b FROM other) u WHERE a > 1",
        &["Union", "where (a > 1)", "Scan plain", "where (a > 1)", "Scan other"],
    );
    check(
        "SELECT * FROM (SELECT a, COUNT(*) AS n FROM plain GROUP BY a) t WHERE a > 1 AND n > 2",
        &["where (agg0 > 2)", "Aggregate by (a)", "where (a > 1)", "Scan plain (a)"],
    );
    check(
        "SELECT * FROM (SELECT a, COUNT(*) AS n FROM plain GROUP BY a) t WHERE n > 2 AND 10 / a > 1",
        &["((agg0 > 2) AND ((10 / a) > 1))", "Aggregate by (a)", "Scan plain (a)"],
    );
}

#[test]
fn aliases_reach_the_sink() {
    check("SELECT a AS x, b AS y, c AS z FROM plain", &["Sink print (x, y, z)", "Scan plain (a, b, c)"]);
    check("SELECT a, COUNT(*) AS n FROM plain GROUP BY a", &["Sink print (a, n)", "Aggregate by (a)"]);
}

#[test]
fn constant_rows_are_one_table() {
    refused("SELECT * FROM (VALUES (1, 2), (3)) AS t", "a row of VALUES has 1 items", "");
    check("SELECT k FROM (VALUES (1), (2)) AS t (k)", &["Sink print (k)", "Scan VALUES", "values (2 rows)"]);
}

#[test]
fn deep_texts_end_in_a_plan_or_an_error_but_never_in_a_panic() {
    for (open, close) in [("(", ")"), ("NOT (", ")"), ("CASE WHEN ", " THEN TRUE END"), ("ABS(", ")")] {
        for depth in [10, 60, 1000] {
            let _ = planned(&format!("SELECT a FROM plain WHERE {}a = 1{}", open.repeat(depth), close.repeat(depth)));
        }
    }
    for count in [10, 60, 3000] {
        let _ = planned(&format!("SELECT a{} FROM plain", " + a".repeat(count)));
        let _ = planned(&format!("SELECT a FROM plain WHERE a = 1{}", " OR a = 2".repeat(count)));
        let _ = planned(&format!("SELECT a FROM plain{}", " UNION ALL SELECT a FROM plain".repeat(count.min(200))));
    }
    for depth in [10, 60] {
        let open = "SELECT a + a AS a, b FROM (".repeat(depth);
        let _ = planned(&format!("{open}SELECT a, b FROM plain{}", ") t".repeat(depth)));
    }
}

#[test]
fn settings_of_the_command_line_overrule_those_of_the_script() {
    let scripts = [Script { text: "SET 'a' = '1'; SET 'b' = '2';".to_owned(), file: "q.sql".to_owned() }];
    let planned = plan(&scripts, &[("a".to_owned(), "3".to_owned())], &Fakes).expect("plans");
    assert_eq!(planned.settings["a"].text, "3");
    assert_eq!(planned.settings["b"].text, "2");
    assert!(planned.plan.nodes.is_empty());
}

#[test]
fn a_setting_holds_for_the_statements_behind_it() {
    let aggregate = "SELECT a, COUNT(*) FROM plain GROUP BY a";
    let bounds = |settings: &[(String, String)]| {
        let text = format!("{TABLES}{aggregate}; SET 'table.exec.state.ttl' = '1 h'; {aggregate}; {aggregate};");
        let planned = plan(&[Script { text, file: "q.sql".to_owned() }], settings, &Fakes).expect("plans");
        let nodes = planned.plan.nodes;
        assert_eq!(nodes.iter().filter(|node| matches!(node.kind, NodeKind::Scan(_))).count(), 1);
        nodes.into_iter().filter(|n| matches!(n.kind, NodeKind::Aggregate(_))).map(|n| n.state_bound).collect::<Vec<_>>()
    };
    let aged = |ttl: &str| format!("one entry per key, forgotten after {ttl} without a row");
    assert_eq!(bounds(&[]), ["one entry per key: unbounded".to_owned(), aged("1 h")]);
    assert_eq!(bounds(&[("table.exec.state.ttl".to_owned(), "1 d".to_owned())]), [aged("1 d")]);
}

#[test]
fn an_over_of_rows_that_only_come_has_a_time_to_live_unless_time_bounds_it() {
    let over = |frame: &str| {
        format!("SET 'table.exec.state.ttl' = '1 h'; SELECT SUM(qty) OVER (PARTITION BY sym ORDER BY ts {frame}) FROM trades")
    };
    let waits = "rows that the watermark has not passed;";
    check(&over(""), &[&format!("{waits} what functions hold per key, forgotten after 1 h without a row")]);
    let last = format!("{waits} the last 4 rows per key, forgotten after 1 h without a row");
    check(&over("ROWS BETWEEN 3 PRECEDING AND CURRENT ROW"), &[&last]);
    let in_time = format!("{waits} those that frames still reach, bounded by the watermark");
    check(&over("RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW"), &[&in_time]);
}

#[test]
fn a_setting_that_says_nothing_is_an_error_where_it_stands() {
    refused("SET 'table.exec.state.ttl' = 'soon'", "'table.exec.state.ttl' is a duration, not 'soon'", "1 h");
    refused("SET 'table.exec.emit.allow-lateness' = '1 s'", "'table.exec.emit.allow-lateness' is not supported", "WATERMARK");
}

#[test]
fn explain_statements_show_their_plan_and_run_nothing() {
    let planned = planned("EXPLAIN SELECT a FROM plain").expect("plans");
    assert!(planned.plan.nodes.is_empty());
    let shown = planned.answers[0].to_string();
    assert!(shown.contains("Scan plain (a)"), "{shown}");
}

#[test]
fn a_plan_is_json_for_those_who_ask_for_it() {
    #[derive(serde::Deserialize)]
    struct Shown {
        nodes: Vec<ShownNode>,
    }
    #[derive(serde::Deserialize)]
    struct ShownNode {
        id: usize,
        r#type: String,
        pact: String,
        contents: String,
        columns: Vec<BTreeMap<String, String>>,
        predecessors: Vec<Edge>,
    }
    #[derive(serde::Deserialize)]
    struct Edge {
        id: usize,
        ship_strategy: String,
        side: Option<String>,
    }
    let sql = "EXPLAIN JSON_EXECUTION_PLAN, CHANGELOG_MODE SELECT a, COUNT(*) AS \"n \"\"x\" FROM plain p JOIN plain q USING (a) GROUP BY a";
    let planned = planned(sql).expect("plans");
    assert!(planned.plan.nodes.is_empty());
    let shown: Shown = sonic_rs::from_str(&planned.answers[0].to_string()).expect("JSON");
    assert!(shown.nodes.iter().map(|node| node.id).eq(0..shown.nodes.len()));
    assert!(
        shown
            .nodes
            .iter()
            .all(|node| node.contents.starts_with(&node.r#type) && node.predecessors.iter().all(|edge| edge.id < node.id))
    );
    let of = |r#type: &str| shown.nodes.iter().find(|node| node.r#type == r#type).unwrap_or_else(|| panic!("no {type}"));
    let ways = |node: &ShownNode| {
        node.predecessors.iter().map(|edge| (edge.ship_strategy.clone(), edge.side.clone())).collect::<Vec<_>>()
    };
    let forward = |side: Option<&str>| ("FORWARD".to_owned(), side.map(str::to_owned));
    assert_eq!((of("Scan").pact.as_str(), of("Scan").predecessors.len()), ("Data Source", 0));
    assert_eq!(ways(of("Exchange")), [("HASH".to_owned(), None)]);
    assert_eq!(ways(of("Join")), [forward(Some("first")), forward(Some("second"))]);
    assert_eq!((of("Sink").pact.as_str(), ways(of("Sink"))), ("Data Sink", vec![forward(None)]));
    let columns: Vec<_> = of("Sink").columns.iter().map(|column| (column["name"].as_str(), column["type"].as_str())).collect();
    assert_eq!(columns, [("a", "INT"), ("n \"x", "BIGINT")]);
}

#[test]
fn laterals_over_one_another_are_planned_at_once() {
    let laterals = |kind: &str, of: &dyn Fn(usize) -> String| {
        let chain: String = (1..40).map(|n| format!(" {kind} JOIN LATERAL ({}) AS l{n} ON TRUE", of(n))).collect();
        planned(&format!("SELECT * FROM (SELECT qty AS x FROM trades) AS l0{chain}"))
    };
    // Each of these would hold twice what stands before it.
    let of_the_one_before = |n: usize| format!("SELECT l{}.x + 1 AS x", n - 1);
    let of_other_rows = |_: usize| "SELECT MAX(qty) AS x FROM trades WHERE qty > l0.x".to_owned();
    assert!(laterals("INNER", &of_the_one_before).is_ok() && laterals("LEFT", &of_the_one_before).is_ok());
    assert!(laterals("INNER", &of_other_rows).is_ok() && laterals("LEFT", &of_other_rows).is_ok());
    let doubled: String = (1..20).map(|n| format!(", d{n} AS (SELECT a.qty FROM d{0} AS a, d{0} AS b)", n - 1)).collect();
    let error =
        planned(&format!("WITH d0 AS (SELECT qty FROM trades){doubled} SELECT qty FROM d19")).expect_err("it is too large");
    assert!(error.message().contains("more than 50000 operators") && error.span().is_some(), "{error}");
}

#[test]
fn queries_over_queries_are_planned_at_once_or_refused() {
    let groups = |count: usize| {
        let of = |n: usize| format!(", c{n} AS (SELECT qty + 1 AS qty FROM c{} GROUP BY qty)", n - 1);
        let chain: String = (1..count).map(of).collect();
        format!("WITH c0 AS (SELECT qty FROM trades){chain} SELECT qty FROM c{}", count - 1)
    };
    // A time that doubles with each of them would not end.
    assert!(planned(&groups(100)).is_ok());
    let joins: String = (0..2_000).map(|n| format!(" CROSS JOIN plain AS p{n}")).collect();
    for sql in [groups(300), format!("SELECT t.qty FROM trades AS t{joins}")] {
        let error = planned(&sql).expect_err("it is too deep");
        assert!(error.message().contains("operators stand over one another"), "{error}");
        assert!(error.hint_text().is_some() && error.span().is_some(), "{error}");
    }
}
