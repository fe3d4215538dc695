//! The plan of a query, as it was run once under the same role: its nodes, its shape, what it read.

use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio_postgres::types::Type;

use super::person::stopped;
use super::query::Stopped;
use super::runner::{Job, explained};
use super::warning::{self, Relation, Warning};
use crate::database::session::{Failure, Session};
use crate::sql::Name;

/// What is told of a plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The nodes, one a line, without costs, figures and values: the same plan is the same text.
    pub shape: String,
    /// Twelve hex digits that stand for the shape.
    pub fingerprint: String,
    /// Rows that scans of tables looked at.
    pub rows_read: u64,
    /// Rows that it returned, or changed.
    pub rows_returned: u64,
    /// Pages found in the server's own memory.
    pub buffers_hit: u64,
    /// Pages asked from the operating system.
    pub buffers_read: u64,
    /// Milliseconds of planning.
    pub planning_ms: f64,
    /// Milliseconds of its execution.
    pub execution_ms: f64,
    /// Milliseconds of compiling, where there was any.
    pub jit_ms: Option<f64>,
    /// What is wrong with it.
    pub warnings: Vec<Warning>,
    /// As EXPLAIN writes it, where that was asked for; another run's.
    pub text: Option<String>,
}

/// `EXPLAIN (FORMAT JSON)`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Explained {
    plan: Node,
    #[serde(rename = "Planning Time", default)]
    planning_ms: f64,
    #[serde(rename = "Execution Time", default)]
    execution_ms: f64,
    #[serde(rename = "JIT")]
    jit: Option<Jit>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Jit {
    timing: JitTiming,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct JitTiming {
    total: f64,
}

/// A node, with what of it is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Node {
    #[serde(rename = "Node Type")]
    pub(super) kind: String,
    #[serde(rename = "Parent Relationship")]
    pub(super) relationship: Option<String>,
    #[serde(rename = "Subplan Name")]
    pub(super) subplan: Option<String>,
    strategy: Option<String>,
    #[serde(rename = "Partial Mode")]
    partial: Option<String>,
    operation: Option<String>,
    command: Option<String>,
    #[serde(rename = "Join Type")]
    pub(super) join: Option<String>,
    #[serde(rename = "Parallel Aware")]
    is_parallel: bool,
    #[serde(rename = "Scan Direction")]
    direction: Option<String>,
    schema: Option<String>,
    #[serde(rename = "Relation Name")]
    relation: Option<String>,
    #[serde(rename = "Function Name")]
    function: Option<String>,
    #[serde(rename = "CTE Name")]
    cte: Option<String>,
    #[serde(rename = "Index Name")]
    pub(super) index: Option<String>,
    pub(super) filter: Option<String>,
    #[serde(rename = "Join Filter")]
    pub(super) join_filter: Option<String>,
    #[serde(rename = "Plan Rows")]
    pub(super) expected: f64,
    #[serde(rename = "Actual Rows")]
    pub(super) actual: f64,
    #[serde(rename = "Actual Loops")]
    pub(super) loops: f64,
    #[serde(rename = "Rows Removed by Filter")]
    removed: f64,
    #[serde(rename = "Rows Removed by Join Filter")]
    removed_by_join: f64,
    #[serde(rename = "Rows Removed by Index Recheck")]
    removed_by_recheck: f64,
    #[serde(rename = "Shared Hit Blocks")]
    hit: f64,
    #[serde(rename = "Shared Read Blocks")]
    read: f64,
    #[serde(rename = "Sort Space Type")]
    sort_place: Option<String>,
    #[serde(rename = "Sort Space Used")]
    sort_kib: f64,
    #[serde(rename = "Hash Batches")]
    hash_batches: f64,
    #[serde(rename = "Disk Usage")]
    disk_kib: f64,
    workers: Vec<Node>,
    #[serde(rename = "Plans")]
    pub(super) children: Vec<Node>,
}

/// Explains the first run's statement by running it, in a transaction like the others. `Ok(None)`: the server's answer is not
/// understood.
pub(super) async fn explain(
    client: &mut Session,
    asking: &mut Session,
    job: &Job<'_>,
    role: Option<&str>,
) -> Result<Option<Planned>, Stopped> {
    let statement = job.values.statement(job.query, 0).text;
    let mut texts = vec![job.enter.clone(), format!("EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON) {statement}")];
    if job.options.plan_texts {
        texts.push(format!("EXPLAIN (ANALYZE, BUFFERS) {statement}"));
    }
    texts.push(job.leave().to_owned());
    let failed = |failure: Failure| {
        let problem = job.query.problem(job.query.line(), &failure);
        stopped(&failure, explained(job, &failure, problem))
    };
    let mut answers = client.each(&texts).await.map_err(failed)?.into_iter().skip(1);
    let mut next = || match answers.next() {
        Some(Ok(reply)) => Ok(reply.rows.into_iter().filter_map(|row| row.into_iter().next().flatten())),
        Some(Err(error)) => Err(failed(Failure::Server(error))),
        None => Err(None),
    };
    let json: String = next()?.collect();
    let Some(explained) = serde_json::from_str::<Vec<Explained>>(&json).ok().and_then(|all| all.into_iter().next())
    else {
        return Ok(None);
    };
    let text = match job.options.plan_texts {
        true => Some(next()?.collect::<Vec<_>>().join("\n")),
        false => None,
    };
    let relations = relations(asking, &explained.plan, role).await.map_err(failed)?;
    Ok(Some(planned(&explained, &relations, text)))
}

/// What is known of the relations that a plan scans.
async fn relations(asking: &mut Session, plan: &Node, role: Option<&str>) -> Result<Vec<Relation>, Failure> {
    let mut names: Vec<Name> = plan.walk().iter().filter_map(|(node, _)| node.name()).collect();
    names.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    names.dedup();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let (schemas, tables): (Vec<String>, Vec<String>) =
        names.into_iter().map(|name| (name.schema.unwrap_or_default(), name.name)).unzip();
    let params = [
        (&schemas as &(dyn tokio_postgres::types::ToSql + Sync), Type::TEXT_ARRAY),
        (&tables as &(dyn tokio_postgres::types::ToSql + Sync), Type::TEXT_ARRAY),
        (&role as &(dyn tokio_postgres::types::ToSql + Sync), Type::TEXT),
    ];
    let rows = asking.query(include_str!("sql/relations.sql"), &params).await?;
    Ok(rows.iter().filter_map(|row| serde_json::from_str(row.get::<_, &str>(0)).ok()).collect())
}

fn planned(explained: &Explained, relations: &[Relation], text: Option<String>) -> Planned {
    let plan = &explained.plan;
    let jit_ms = explained.jit.as_ref().map(|jit| jit.timing.total);
    let mut warnings = warning::of(plan, relations);
    warnings.extend(jit_ms.and_then(|ms| warning::jit(ms, explained.execution_ms)));
    let shape = plan.shape();
    let digest = Sha256::digest(shape.as_bytes());
    let fingerprint = digest.iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let scanned =
        plan.walk().iter().filter(|(node, _)| node.relation.is_some()).map(|(node, _)| node.looked_at()).sum();
    Planned {
        fingerprint,
        shape,
        rows_read: whole(scanned),
        rows_returned: whole(plan.actual),
        buffers_hit: whole(plan.hit),
        buffers_read: whole(plan.read),
        planning_ms: explained.planning_ms,
        execution_ms: explained.execution_ms,
        jit_ms,
        warnings,
        text,
    }
}

/// A count, which JSON's numbers of some servers have with a fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count; what is too large is as large as can be"
)]
pub(super) fn whole(number: f64) -> u64 {
    number.round() as u64
}

impl Node {
    /// This node and all below it, each with the nodes above it.
    pub(super) fn walk(&self) -> Vec<(&Node, Vec<&Node>)> {
        let mut found = Vec::new();
        let mut open = vec![(self, Vec::new())];
        while let Some((node, above)) = open.pop() {
            for child in node.children.iter().rev() {
                open.push((child, above.iter().copied().chain([node]).collect()));
            }
            found.push((node, above));
        }
        found
    }

    /// The table that it scans.
    pub(super) fn name(&self) -> Option<Name> {
        Some(Name { schema: self.schema.clone(), name: self.relation.clone()? })
    }

    /// Rows that came out of it, in all loops.
    pub(super) fn kept(&self) -> f64 {
        self.actual * self.loops
    }

    /// Rows that its conditions threw away, in all loops.
    pub(super) fn thrown_away(&self) -> f64 {
        (self.removed + self.removed_by_join + self.removed_by_recheck) * self.loops
    }

    /// Rows that its filter was asked about.
    pub(super) fn looked_at(&self) -> f64 {
        self.kept() + self.thrown_away()
    }

    /// KiB on disk of a sort, a hash or an aggregate, and of its workers'; none where memory sufficed.
    pub(super) fn spilled_kib(&self) -> Option<f64> {
        let own = if self.sort_place.as_deref() == Some("Disk") { self.sort_kib } else { 0.0 } + self.disk_kib;
        let all = own + self.workers.iter().filter_map(Node::spilled_kib).sum::<f64>();
        (all > 0.0 || self.hash_batches > 1.0).then_some(all)
    }

    /// The nodes, one a line.
    fn shape(&self) -> String {
        let mut text = String::new();
        self.shape_into(&mut text, 0);
        text
    }

    fn shape_into(&self, text: &mut String, depth: usize) {
        let indent = depth * 2;
        if let Some(subplan) = &self.subplan {
            // Their numbers hang on what else is in the plan.
            let kind = ["InitPlan", "SubPlan"].into_iter().find(|kind| subplan.starts_with(kind));
            let _ = writeln!(text, "{:indent$}{}:", "", kind.unwrap_or(subplan));
        }
        let _ = writeln!(text, "{:indent$}{}", "", self.title());
        let mut children: Vec<&Node> = self.children.iter().collect();
        if self.kind.starts_with("Bitmap") {
            // The planner takes the cheapest first: the same plan all the same.
            children.sort_by_key(|child| child.title());
        }
        for child in children {
            child.shape_into(text, depth + 1);
        }
    }

    /// As EXPLAIN's text calls it.
    pub(super) fn title(&self) -> String {
        let mut title = match (self.kind.as_str(), self.strategy.as_deref()) {
            ("Aggregate", Some("Sorted")) => "GroupAggregate".to_owned(),
            ("Aggregate", Some("Hashed")) => "HashAggregate".to_owned(),
            ("Aggregate", Some("Mixed")) => "MixedAggregate".to_owned(),
            ("SetOp", Some("Hashed")) => format!("HashSetOp {}", self.command.as_deref().unwrap_or_default()),
            ("ModifyTable", _) => self.operation.clone().unwrap_or_else(|| self.kind.clone()),
            (kind, _) => kind.to_owned(),
        };
        match self.join.as_deref() {
            None | Some("Inner") => {}
            Some(join) if title.ends_with(" Join") => {
                title = format!("{} {join} Join", title.trim_end_matches(" Join"))
            }
            Some(join) => title = format!("{title} {join} Join"),
        }
        if let Some(partial) = self.partial.as_deref().filter(|partial| *partial != "Simple") {
            title = format!("{partial} {title}");
        }
        if self.is_parallel {
            title = format!("Parallel {title}");
        }
        if self.direction.as_deref() == Some("Backward") {
            title.push_str(" Backward");
        }
        if let Some(index) = &self.index {
            title = format!("{title} using {index}");
        }
        if let Some(on) =
            self.name().map(|name| warning::shown(&name)).or_else(|| self.function.clone()).or_else(|| self.cte.clone())
        {
            title = format!("{title} on {on}");
        }
        title
    }
}
