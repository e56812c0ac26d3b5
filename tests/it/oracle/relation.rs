//! Random relations with the columns of the table `t` and its name: joins, ranks, groupings, set operations, first rows, functions with OVER and
//! sub-queries, one over the other.

use fastrand::Rng;

use super::dialect::{Both, Type};
use super::expression::{Column, Scope, column, expression, one_of};

/// The table or something made of it, as it stands behind FROM.
pub fn relation(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    match made(rng, schema, depth) {
        Some(query) if rng.u8(0..8) == 0 => Both::of("(WITH v AS ({}) SELECT * FROM v) AS t", &[query]),
        Some(query) => Both::of("({}) AS t", &[query]),
        None => Both::same("t"),
    }
}

/// As `relation`, under another name.
fn named(rng: &mut Rng, schema: &Scope, depth: usize, name: &str) -> Both {
    match made(rng, schema, depth) {
        Some(query) => Both::of(&format!("({{}}) AS {name}"), &[query]),
        None => Both::same(format!("t AS {name}")),
    }
}

/// The columns of a relation of this name.
pub fn qualified(schema: &Scope, name: &str) -> Vec<Column> {
    schema.iter().map(|c| Column { name: format!("{name}.{}", c.name), data_type: c.data_type }).collect()
}

/// The names of the columns with commas between them.
pub fn names(schema: &Scope) -> String {
    schema.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// A query that gives the columns of the schema; `None` for the table itself.
fn made(rng: &mut Rng, schema: &Scope, depth: usize) -> Option<Both> {
    if depth == 0 {
        return None;
    }
    Some(match rng.u8(0..30) {
        0 => return None,
        1..=5 => join(rng, schema, depth),
        6 => grouping(rng, schema, depth),
        7 => ranking(rng, schema, depth),
        8 => Both::of(&format!("SELECT DISTINCT {} FROM {{}}", names(schema)), &[relation(rng, schema, depth - 1)]),
        9 | 10 => set_operation(rng, schema, depth),
        11 | 12 => limited(rng, schema, depth),
        13 => valued_by_subquery(rng, schema, depth),
        14 => first_of_each(rng, schema, depth),
        15 | 16 => seen_from_each_row(rng, schema, depth),
        17 | 18 => several(rng, schema, depth),
        19 => compared_with_many(rng, schema, depth),
        20 => of_each_row(rng, schema, depth),
        21 => unnested(rng, schema, depth),
        22 | 23 => filtered_by_set(rng, schema, depth),
        24 => valued_by_set(rng, schema, depth),
        25 => seen_without_some(rng, schema, depth),
        26 => computed_for_each_row(rng, schema, depth),
        27 => beside_each_row(rng, schema, depth),
        _ => filtered_by_subquery(rng, schema, depth),
    })
}

/// Which rows of `l` and `r` meet: mostly where columns of the same type are equal.
pub fn condition(rng: &mut Rng, schema: &Scope, is_equal: bool) -> Both {
    let (left, right) = (qualified(schema, "l"), qualified(schema, "r"));
    let both = [left.clone(), right.clone()].concat();
    let equal = |rng: &mut Rng| {
        let one = column(rng, &left, |t| t != Type::Bool).expect("a table has a time");
        let other = column(rng, &right, |t| t == one.data_type).expect("both sides have the same columns");
        Both::same(if rng.u8(0..6) == 0 && one.data_type.is_whole() {
            format!("{} + 1 = {}", one.name, other.name)
        } else {
            format!("{} = {}", one.name, other.name)
        })
    };
    let first = equal(rng);
    match rng.u8(0..6) {
        0 => Both::of("{} AND {}", &[first, equal(rng)]),
        1 | 2 => Both::of("{} AND {}", &[first, expression(rng, &both, Type::Bool, 2)]),
        3 if !is_equal => Both::of("{} OR {}", &[first, equal(rng)]),
        4 if !is_equal => expression(rng, &both, Type::Bool, 2),
        _ => first,
    }
}

fn join(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let join = one_of(rng, &["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
    let (left, right) = if rng.bool() { (depth - 1, 0) } else { (0, depth - 1) };
    let sides = [named(rng, schema, left, "l"), named(rng, schema, right, "r")];
    let of_type = |is_wanted: fn(Type) -> bool| schema.iter().filter(move |c| is_wanted(c.data_type)).map(|c| c.name.as_str());
    let (natural, mut shared) = match rng.u8(0..10) {
        0 => ("NATURAL ", of_type(|_| true).collect()),
        1 | 2 => ("", rng.choose_multiple(of_type(|t| t != Type::Bool), 2)),
        _ => ("", Vec::new()),
    };
    shared.truncate(if natural.is_empty() { rng.usize(1..3) } else { schema.len() });
    let of_side = |column: &Column| match column.name.as_str() {
        name if shared.contains(&name) => name.to_owned(),
        name => format!("{}.{name} AS {name}", one_of(rng, &["l", "r"])),
    };
    let columns: Vec<String> = schema.iter().map(of_side).collect();
    let on = match shared.as_slice() {
        _ if !natural.is_empty() => Both::same(""),
        [] => Both::of("ON {}", &[condition(rng, schema, depth > 1)]),
        shared => Both::same(format!("USING ({})", shared.join(", "))),
    };
    let [left, right] = sides;
    Both::of(&format!("SELECT {} FROM {{}} {natural}{join} {{}} {{}}", columns.join(", ")), &[left, right, on])
}

/// By one or two columns; of the others the least, the greatest or the sum.
fn grouping(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let keys: Vec<usize> = (0..rng.usize(1..3)).map(|_| rng.usize(..schema.len())).collect();
    let columns = of_groups(rng, schema, &keys);
    let names: Vec<&str> = keys.iter().map(|at| schema[*at].name.as_str()).collect();
    let (keys, from) = (names.join(", "), named(rng, schema, depth - 1, "g"));
    Both::of(&format!("SELECT {columns} FROM {{}} GROUP BY {keys}"), &[from])
}

/// The columns of groups by the keys, under their own names.
pub fn of_groups(rng: &mut Rng, schema: &Scope, keys: &[usize]) -> String {
    let of_group = |(at, Column { name, data_type }): (usize, &Column)| match data_type {
        _ if keys.contains(&at) => name.clone(),
        Type::Bool => format!("MAX(CASE WHEN {name} THEN 1 ELSE 0 END) = 1 AS {name}"),
        Type::BigInt | Type::Double if rng.bool() => format!("SUM({name}) AS {name}"),
        _ => format!("{}({name}) AS {name}", one_of(rng, &["MIN", "MAX"])),
    };
    schema.iter().enumerate().map(of_group).collect::<Vec<_>>().join(", ")
}

/// An order by all columns, each upwards or downwards, that begins with a random one.
pub fn total_order(rng: &mut Rng, schema: &Scope) -> String {
    let mut columns: Vec<&str> = schema.iter().map(|c| c.name.as_str()).collect();
    rng.shuffle(&mut columns);
    let directions = ["", " ASC", " DESC", " DESC NULLS LAST", " NULLS FIRST", " NULLS LAST", " DESC NULLS FIRST"];
    let directed = |name: &str| format!("{name}{}", one_of(rng, &directions));
    columns.into_iter().map(directed).collect::<Vec<_>>().join(", ")
}

fn ranking(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let function = one_of(rng, &["ROW_NUMBER()", "RANK()", "DENSE_RANK()"]);
    // Equal ranks need an order that leaves rows equal; a number needs one that does not.
    let order = match function {
        "ROW_NUMBER()" => total_order(rng, schema),
        _ => format!("{}{}", schema[rng.usize(..schema.len())].name, one_of(rng, &["", " DESC"])),
    };
    let partition = match rng.u8(0..3) {
        0 => String::new(),
        _ => format!("PARTITION BY {}", schema[rng.usize(..schema.len())].name),
    };
    let place = format!("{} {}", one_of(rng, &["<=", "<=", "=", "<"]), rng.usize(1..4));
    let (names, from) = (names(schema), named(rng, schema, depth - 1, "q"));
    let over = format!("{function} OVER ({partition} ORDER BY {order})");
    let ranked = format!("SELECT {names} FROM (SELECT {names}, {over} AS place FROM {{}}) AS ranked WHERE place {place}");
    let ours = if rng.bool() { format!("SELECT {names} FROM {{}} QUALIFY {over} {place}") } else { ranked.clone() };
    Both::new(ours, ranked).filled(&[from])
}

/// DISTINCT ON: for SQLite the rows whose number is 1.
fn first_of_each(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let (key, order) = (&schema[rng.usize(..schema.len())].name, total_order(rng, schema));
    let (names, from) = (names(schema), named(rng, schema, depth - 1, "d"));
    let number = format!("ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {order}) AS place");
    Both::new(
        format!("SELECT DISTINCT ON ({key}) {names} FROM {{}} ORDER BY {key}, {order}"),
        format!("SELECT {names} FROM (SELECT {names}, {number} FROM {{}}) AS numbered WHERE place = 1"),
    )
    .filled(&[from])
}

/// One of the columns as a function with OVER sees it: in another row, or among others.
fn seen_from_each_row(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let seen = column(rng, schema, |t| t != Type::Bool).expect("a table has a time");
    let (name, order, distance) = (&seen.name, total_order(rng, schema), rng.u8(0..3));
    let (unit, exclude) = (one_of(rng, &["ROWS", "GROUPS"]), one_of(rng, &["", "", " EXCLUDE CURRENT ROW"]));
    let (behind, frame) =
        (rng.u8(0..3), |before, behind| format!("{unit} BETWEEN {before} PRECEDING AND {behind} FOLLOWING{exclude}"));
    let whole = column(rng, schema, Type::is_whole).map(|c| format!("COALESCE(ABS({}) % 3, {distance})", c.name));
    let distance_of_row = whole.filter(|_| rng.bool()).unwrap_or_else(|| distance.to_string());
    let call = match rng.u8(0..6) {
        0 => format!("{}({name}, {distance_of_row})", one_of(rng, &["LAG", "LEAD"])),
        1 => format!("{}({name})", one_of(rng, &["FIRST_VALUE", "LAST_VALUE"])),
        2 => format!("NTH_VALUE({name}, {})", distance + 1),
        3 | 4 if seen.data_type == Type::BigInt => {
            one_of(rng, &["ROW_NUMBER()", "NTILE(3)", "COUNT(*)", &format!("SUM({name})")]).to_owned()
        }
        3 if seen.data_type == Type::Double => format!("SUM({name})"),
        _ => format!("{}({name})", one_of(rng, &["MIN", "MAX"])),
    };
    let has_frame = !["LAG", "LEAD", "ROW", "NTILE"].iter().any(|f| call.starts_with(f));
    let partition = if rng.bool() { format!("PARTITION BY {} ", schema[rng.usize(..schema.len())].name) } else { String::new() };
    let over = |call: &str, order: &str, frame: String| format!("{call} OVER ({partition}ORDER BY {order} {frame}) AS {name}");
    let both = if call.starts_with("NTH_VALUE") && rng.bool() {
        // From the end is for SQLite from the beginning, the other way round.
        let calls = [format!("NTH_VALUE({name}, -{})", distance + 1), format!("{call} FROM LAST")];
        let theirs = over(&call, &reversed(&order), frame(behind, distance));
        Both::new(over(one_of(rng, &calls.each_ref().map(String::as_str)), &order, frame(distance, behind)), theirs)
    } else {
        Both::same(over(&call, &order, if has_frame { frame(distance, behind) } else { String::new() }))
    };
    let columns: Vec<Both> = schema.iter().map(|c| if c.name == *name { both.clone() } else { Both::same(&c.name) }).collect();
    Both::of("SELECT {} FROM {}", &[Both::list(&columns, ", "), named(rng, schema, depth - 1, "o")])
}

/// An order as `total_order` writes it, the other way round.
fn reversed(order: &str) -> String {
    let of_item = |item: &str| {
        let (side, nulls) = item.split_once(" NULLS ").unwrap_or((item, ""));
        let (name, direction) = side.split_once(' ').unwrap_or((side, "ASC"));
        let direction = if direction == "DESC" { "ASC" } else { "DESC" };
        let nulls = match nulls {
            "" => "",
            "FIRST" => " NULLS LAST",
            _ => " NULLS FIRST",
        };
        format!("{name} {direction}{nulls}")
    };
    order.split(", ").map(of_item).collect::<Vec<_>>().join(", ")
}

/// The first rows in an order of all columns, or those behind them.
fn limited(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let (order, limit) = (total_order(rng, schema), rng.usize(0..6));
    let offset = if rng.u8(0..3) == 0 { format!(" OFFSET {}", rng.usize(0..4)) } else { String::new() };
    let from = named(rng, schema, depth - 1, "f");
    Both::of(&format!("SELECT {} FROM {{}} ORDER BY {order} LIMIT {limit}{offset}", names(schema)), &[from])
}

/// UNION, INTERSECT or EXCEPT of two parts. SQLite keeps copies in UNION ALL only; for the others the copies are numbered.
fn set_operation(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let names = names(schema);
    let mut branch = |depth| {
        let (from, filter) = (relation(rng, schema, depth), expression(rng, schema, Type::Bool, 1));
        Both::of(&format!("SELECT {names} FROM {{}} WHERE {{}}"), &[from, filter])
    };
    let branches = [branch(depth - 1), branch(0)];
    let operation = one_of(rng, &["UNION", "INTERSECT", "EXCEPT"]);
    match (rng.bool(), operation) {
        (false, _) => Both::of(&format!("{{}} {operation} {{}}"), &branches),
        (true, "UNION") => Both::of("{} UNION ALL {}", &branches),
        (true, _) => {
            let numbered = format!("SELECT {names}, ROW_NUMBER() OVER (PARTITION BY {names}) AS copy FROM ({{}})");
            let theirs = format!("SELECT {names} FROM ({numbered} {operation} {numbered})");
            Both::new(format!("{{}} {operation} ALL {{}}"), theirs).filled(&branches)
        }
    }
}

/// The least or greatest of a column as a value: of all rows, or of those that agree with the row outside.
fn valued_by_subquery(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let (outer, inner) = (qualified(schema, "o"), qualified(schema, "u"));
    let valued = column(rng, schema, |t| t != Type::Bool).expect("a table has a time");
    let meets = column(rng, schema, |_| true).expect("a table has columns").name;
    let correlated = if rng.bool() { format!("u.{meets} = o.{meets} AND ") } else { String::new() };
    let (call, name) = (one_of(rng, &["MIN", "MAX"]), &valued.name);
    let having = match rng.u8(0..4) {
        0 => format!(" HAVING COUNT(*) {} {}", one_of(rng, &["<", ">=", "="]), rng.u8(0..3)),
        _ => String::new(),
    };
    let value = Both::of(
        &format!("(SELECT {call}(u.{name}) FROM t AS u WHERE {correlated}{{}}{having})"),
        &[expression(rng, &inner, Type::Bool, 1)],
    );
    let from = named(rng, schema, depth - 1, "o");
    if rng.bool() {
        let comparison = one_of(rng, &["=", "<", ">="]);
        return Both::of(&format!("SELECT {} FROM {{}} WHERE o.{name} {comparison} {{}}", names(&outer)), &[from, value]);
    }
    let column = |c: &Column| if c.name == *name { format!("{{}} AS {name}") } else { format!("o.{}", c.name) };
    let columns: Vec<String> = schema.iter().map(column).collect();
    Both::of(&format!("SELECT {} FROM {{}}", columns.join(", ")), &[value, from])
}

fn filtered_by_subquery(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let not = one_of(rng, &["", "NOT "]);
    let (outer, inner) = (qualified(schema, "o"), qualified(schema, "u"));
    let one = column(rng, &outer, |_| true).expect("a table has columns");
    let other = column(rng, &inner, |t| t == one.data_type).expect("both sides have the same columns");
    let both = [outer.clone(), inner.clone()].concat();
    let condition = match rng.u8(0..4) {
        0 => Both::of(
            &format!("{not}EXISTS (SELECT 1 FROM t AS u WHERE {} = {} AND {{}})", other.name, one.name),
            &[expression(rng, &both, Type::Bool, 2)],
        ),
        1 => Both::same(format!("{not}EXISTS (SELECT 1 FROM t AS u WHERE {} = {})", other.name, one.name)),
        _ => Both::of(
            &format!("{} {not}IN (SELECT {} FROM t AS u WHERE {{}})", one.name, other.name),
            &[expression(rng, &inner, Type::Bool, 2)],
        ),
    };
    let condition = match rng.u8(0..4) {
        0 => Both::of("({} OR {})", &[condition, expression(rng, &outer, Type::Bool, 1)]),
        _ => condition,
    };
    Both::of(&format!("SELECT {} FROM {{}} WHERE {{}}", names(&outer)), &[named(rng, schema, depth - 1, "o"), condition])
}

/// Rows whose like is among those that a set operation gives for them, or is not.
fn filtered_by_set(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let (outer, names_outer) = (qualified(schema, "o"), names(&qualified(schema, "o")));
    let seen = column(rng, schema, |_| true).expect("a table has columns").name;
    let operation = one_of(rng, &["UNION", "UNION ALL", "INTERSECT", "EXCEPT"]);
    let (not, is_in) = (one_of(rng, &["", "NOT "]), rng.bool());
    let first = if is_in { format!("u.{seen}") } else { "1".to_owned() };
    let order = total_order(rng, &qualified(schema, "u"));
    let limit = if is_in && rng.u8(0..4) == 0 { format!(" ORDER BY {order} LIMIT {}", rng.usize(1..4)) } else { String::new() };
    let mut operand = |limit: &str| {
        let both = [outer.clone(), qualified(schema, "u")].concat();
        let meets = column(rng, schema, |_| true).expect("a table has columns").name;
        let condition = match rng.u8(0..3) {
            0 => expression(rng, &qualified(schema, "u"), Type::Bool, 1),
            1 => Both::of(&format!("u.{meets} = o.{meets} AND {{}}"), &[expression(rng, &both, Type::Bool, 1)]),
            _ => Both::same(format!("u.{meets} = o.{meets}")),
        };
        Both::of(&format!("SELECT {first} FROM t AS u WHERE {{}}{limit}"), &[condition])
    };
    let set = match limit.is_empty() {
        true => Both::of(&format!("{{}} {operation} {{}}"), &[operand(""), operand("")]),
        false => operand(&limit),
    };
    let condition = match is_in {
        true => Both::same(format!("o.{seen} {not}IN ({{}})")),
        // SQLite's EXISTS right over EXCEPT finds rows of its right operand.
        false => Both::new(format!("{not}EXISTS ({{}})"), format!("{not}EXISTS (SELECT 1 FROM ({{}}) AS x)")),
    };
    let condition = condition.filled(&[set]);
    let condition = match rng.u8(0..3) {
        0 => Both::of("({} OR {})", &[condition, expression(rng, &outer, Type::Bool, 1)]),
        _ => condition,
    };
    Both::of(&format!("SELECT {names_outer} FROM {{}} WHERE {{}}"), &[named(rng, schema, depth - 1, "o"), condition])
}

/// The least or greatest of values that a sub-query in FROM gives for each row: of rows that meet it, and of the row itself.
fn valued_by_set(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let both = [qualified(schema, "o"), qualified(schema, "u")].concat();
    let valued = column(rng, schema, |t| t != Type::Bool).expect("a table has a time");
    let (meets, name) = (column(rng, schema, |_| true).expect("a table has columns").name, &valued.name);
    let call = one_of(rng, &["MIN", "MAX"]);
    let condition = Both::of(&format!("u.{meets} = o.{meets} AND {{}}"), &[expression(rng, &both, Type::Bool, 1)]);
    let others = format!("SELECT u.{name} AS v FROM t AS u WHERE {{}}");
    let value = match rng.u8(0..4) {
        0 => format!("(SELECT {call}(x.v) FROM ({others} UNION ALL SELECT o.{name}) AS x)"),
        1 => format!("(WITH x AS ({others}) SELECT {call}(x.v) FROM x)"),
        2 => {
            let order = total_order(rng, &qualified(schema, "u"));
            format!("(SELECT {call}(x.v) FROM ({others} ORDER BY {order} LIMIT 2) AS x)")
        }
        _ => format!("(SELECT {call}(x.v) FROM ({others}) AS x CROSS JOIN t AS u WHERE u.{meets} = o.{meets})"),
    };
    let value = Both::of(&value, &[condition]);
    let column = |c: &Column| if c.name == *name { format!("{{}} AS {name}") } else { format!("o.{}", c.name) };
    let columns: Vec<String> = schema.iter().map(column).collect();
    Both::of(&format!("SELECT {} FROM {{}}", columns.join(", ")), &[value, named(rng, schema, depth - 1, "o")])
}

/// One of the columns as an aggregate sees it over the rows round each row, without some of them: rows that the order leaves equal are looked at
/// together.
fn seen_without_some(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let seen = column(rng, schema, |t| t != Type::Bool).expect("a table has a time");
    let (name, order) = (&seen.name, &schema[rng.usize(..schema.len())].name);
    // Upwards by time alone each row would be given out when its time has come.
    let direction = if order == "ts" { "DESC" } else { one_of(rng, &["ASC", "DESC"]) };
    let call = match seen.data_type {
        Type::BigInt if rng.bool() => format!("COUNT({name})"),
        Type::BigInt | Type::Double if rng.bool() => format!("SUM({name})"),
        _ => format!("{}({name})", one_of(rng, &["MIN", "MAX"])),
    };
    let frame = match rng.u8(0..3) {
        0 => "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW".to_owned(),
        1 => "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING".to_owned(),
        _ => format!("GROUPS BETWEEN {} PRECEDING AND {} FOLLOWING", rng.u8(0..3), rng.u8(0..3)),
    };
    let exclude = one_of(rng, &["CURRENT ROW", "GROUP", "TIES", "NO OTHERS"]);
    let partition = if rng.bool() { format!("PARTITION BY {} ", schema[rng.usize(..schema.len())].name) } else { String::new() };
    let over = format!("{call} OVER ({partition}ORDER BY {order} {direction} {frame} EXCLUDE {exclude}) AS {name}");
    let columns: Vec<&str> = schema.iter().map(|c| if c.name == *name { over.as_str() } else { &c.name }).collect();
    Both::of(&format!("SELECT {} FROM {{}}", columns.join(", ")), &[named(rng, schema, depth - 1, "o")])
}

/// Three or four inputs, each joined to one of those before it.
fn several(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let aliases = ["a", "b", "c", "d"];
    let count = rng.usize(3..5);
    let mut from = named(rng, schema, depth - 1, aliases[0]);
    for at in 1..count {
        let (depth, before) = (rng.usize(0..depth), aliases[rng.usize(..at)]);
        let input = named(rng, schema, depth, aliases[at]);
        let one = column(rng, schema, |t| t != Type::Bool).expect("a table has a time");
        let other = column(rng, schema, |t| t == one.data_type).expect("both sides have the same columns");
        let mut on = Both::same(format!("{before}.{} = {}.{}", one.name, aliases[at], other.name));
        if rng.u8(0..3) == 0 {
            let both = [qualified(schema, before), qualified(schema, aliases[at])].concat();
            on = Both::of("{} AND {}", &[on, expression(rng, &both, Type::Bool, 1)]);
        }
        let join = one_of(rng, &["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
        from = Both::of(&format!("{{}} {join} {{}} ON {{}}"), &[from, input, on]);
    }
    let of_one = |column: &Column| format!("{}.{1} AS {1}", one_of(rng, &aliases[..count]), column.name);
    let columns: Vec<String> = schema.iter().map(of_one).collect();
    Both::of(&format!("SELECT {} FROM {{}}", columns.join(", ")), &[from])
}

/// A comparison with any or all values of a sub-query: for SQLite, whether it holds for one, or is unknown for one.
fn compared_with_many(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let (outer, inner) = (qualified(schema, "o"), qualified(schema, "u"));
    let one = column(rng, &outer, |t| t != Type::Bool).expect("a table has a time").name;
    let name = one.trim_start_matches("o.");
    let meets = column(rng, schema, |_| true).expect("a table has columns").name;
    let correlated = if rng.u8(0..3) == 0 { format!("u.{meets} = o.{meets} AND ") } else { String::new() };
    let comparison = one_of(rng, &["=", "<>", "<", "<=", ">", ">="]);
    let (many, negation, then, other) = one_of(rng, &[("ANY", "", "TRUE", "FALSE"), ("ALL", "NOT ", "FALSE", "TRUE")]);
    let holds = format!("SELECT 1 FROM t AS u WHERE {correlated}{{}} AND");
    let condition = Both::new(
        format!("{one} {comparison} {many} (SELECT u.{name} FROM t AS u WHERE {correlated}{{}})"),
        format!(
            "CASE WHEN EXISTS ({holds} {negation}({one} {comparison} u.{name})) THEN {then} \
             WHEN EXISTS ({holds} ({one} {comparison} u.{name}) IS NULL) THEN NULL ELSE {other} END"
        ),
    );
    let filter = expression(rng, &inner, Type::Bool, 1);
    let condition = condition.filled(&[filter.clone(), filter]);
    let condition = match rng.u8(0..3) {
        0 => Both::of("({} OR {})", &[condition, expression(rng, &outer, Type::Bool, 1)]),
        _ => condition,
    };
    Both::of(&format!("SELECT {} FROM {{}} WHERE {{}}", names(&outer)), &[named(rng, schema, depth - 1, "o"), condition])
}

/// LATERAL: for each row an aggregate of those that meet it, or the first of them. For SQLite the rows are numbered.
fn of_each_row(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let meets = column(rng, schema, |_| true).expect("a table has columns").name;
    let both = [qualified(schema, "o"), qualified(schema, "u")].concat();
    let condition = Both::of(&format!("u.{meets} = o.{meets} AND {{}}"), &[expression(rng, &both, Type::Bool, 1)]);
    let from = named(rng, schema, depth - 1, "o");
    let of_side = |column: &Column| format!("{}.{1} AS {1}", one_of(rng, &["o", "x"]), column.name);
    let columns = schema.iter().map(of_side).collect::<Vec<_>>().join(", ");
    let (first, limit) = (total_order(rng, &qualified(schema, "u")), rng.usize(1..4));
    let (join, on) = one_of(rng, &[(", LATERAL", ""), (" CROSS JOIN LATERAL", ""), (" LEFT JOIN LATERAL", " ON TRUE")]);
    let inner = if on.is_empty() { "JOIN" } else { "LEFT JOIN" };
    let given: Vec<String> =
        schema.iter().flat_map(|c| [format!("o.{0} AS o_{0}", c.name), format!("u.{0} AS u_{0}", c.name)]).collect();
    let numbered = format!("(SELECT *, ROW_NUMBER() OVER () AS number FROM {{}}) AS o {inner} t AS u ON {{}}");
    let place = format!("ROW_NUMBER() OVER (PARTITION BY o.number ORDER BY {first}) AS place");
    let theirs = columns.replace("o.", "o_").replace("x.", "u_");
    Both::new(
        format!("SELECT {columns} FROM {{}}{join} (SELECT * FROM t AS u WHERE {{}} ORDER BY {first} LIMIT {limit}) AS x{on}"),
        format!("SELECT {theirs} FROM (SELECT {}, {place} FROM {numbered}) AS placed WHERE place <= {limit}", given.join(", ")),
    )
    .filled(&[from, condition])
}

/// LATERAL without FROM, where a condition holds: a projection.
fn computed_for_each_row(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let outer = qualified(schema, "o");
    let seen = column(rng, schema, |_| true).expect("a table has columns");
    let (item, condition) = (expression(rng, &outer, seen.data_type, 1), expression(rng, &outer, Type::Bool, 1));
    // Most rows stay.
    let condition = Both::of("({}) IS NOT FALSE", &[condition]);
    let columns = |item: &str| {
        let column = |c: &Column| if c.name == seen.name { format!("{item} AS {}", c.name) } else { format!("o.{}", c.name) };
        schema.iter().map(column).collect::<Vec<_>>().join(", ")
    };
    let from = named(rng, schema, depth - 1, "o");
    let (join, on, theirs) = match rng.bool() {
        true => ("CROSS JOIN", "", format!("{} FROM {{}} WHERE {}", columns(&item.theirs), condition.theirs)),
        false => {
            let item = format!("CASE WHEN {} THEN {} END", condition.theirs, item.theirs);
            ("LEFT JOIN", " ON TRUE", format!("{} FROM {{}}", columns(&item)))
        }
    };
    let each = format!("(SELECT {} AS item WHERE {}) AS x{on}", item.ours, condition.ours);
    Both::new(format!("SELECT {} FROM {{}} {join} LATERAL {each}", columns("x.item")), format!("SELECT {theirs}")).filled(&[from])
}

/// LATERAL with rows that meet each row: a join.
fn beside_each_row(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let both = [qualified(schema, "o"), qualified(schema, "u")].concat();
    let meets = column(rng, schema, |_| true).expect("a table has columns").name;
    let condition = match rng.bool() {
        true => Both::of(&format!("u.{meets} = o.{meets} AND {{}}"), &[expression(rng, &both, Type::Bool, 1)]),
        false => Both::of("({}) IS NOT FALSE", &[expression(rng, &both, Type::Bool, 2)]),
    };
    let of_side = |column: &Column| format!("{}.{1} AS {1}", one_of(rng, &["o", "u"]), column.name);
    let columns = schema.iter().map(of_side).collect::<Vec<_>>().join(", ");
    let (join, on) = one_of(rng, &[("CROSS JOIN", ""), ("LEFT JOIN", " ON TRUE")]);
    let inner = if on.is_empty() { "JOIN" } else { "LEFT JOIN" };
    Both::new(
        format!("SELECT {columns} FROM {{}} {join} LATERAL (SELECT u.* FROM t AS u WHERE {{}}) AS u{on}"),
        format!("SELECT {columns} FROM {{}} {inner} t AS u ON {{}}"),
    )
    .filled(&[named(rng, schema, depth - 1, "o"), condition])
}

/// Rows once for each item of an array: for SQLite once for each number.
fn unnested(rng: &mut Rng, schema: &Scope, depth: usize) -> Both {
    let outer = qualified(schema, "o");
    let seen = column(rng, schema, |_| true).expect("a table has columns");
    let items: Vec<Both> = (0..rng.usize(1..4)).map(|_| expression(rng, &outer, seen.data_type, 1)).collect();
    let from = named(rng, schema, depth - 1, "o");
    let columns = |item: &str| {
        let column = |c: &Column| if c.name == seen.name { format!("{item} AS {}", c.name) } else { format!("o.{}", c.name) };
        schema.iter().map(column).collect::<Vec<_>>().join(", ")
    };
    let numbers: Vec<String> = (0..items.len()).map(|n| format!("SELECT {n} AS n")).collect();
    let picked: Vec<Both> = items
        .iter()
        .enumerate()
        .map(|(at, item)| Both::of(&format!("WHEN {at} THEN {{}}"), std::slice::from_ref(item)))
        .collect();
    let item = Both::of("CASE n {} END", &[Both::list(&picked, " ")]).theirs;
    let each = match rng.bool() {
        true => format!("UNNEST(ARRAY[{}])", Both::list(&items, ", ").ours),
        false => format!("LATERAL (VALUES ({}))", Both::list(&items, "), (").ours),
    };
    Both::new(
        format!("SELECT {} FROM {{}} CROSS JOIN {each} AS x (item)", columns("x.item")),
        format!("SELECT {} FROM {{}}, ({}) AS x", columns(&item), numbers.join(" UNION ALL ")),
    )
    .filled(&[from])
}
