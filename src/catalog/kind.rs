//! The kinds of objects, in the order in which a reader wants to see them.

use serde::{Deserialize, Serialize};

/// What an object is. Each has a query in this module that reads it, and rules in `diff` that script it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Database,
    Language,
    Schema,
    Extension,
    DefaultPrivilege,
    Collation,
    Conversion,
    /// An enum, composite, range, base or shell type; the attribute `type` says which.
    Type,
    /// A column of a composite type.
    TypeAttribute,
    Domain,
    DomainConstraint,
    Sequence,
    /// An ordinary, partitioned or foreign table; the attribute `type` says which.
    Table,
    Column,
    /// Of a table: key, unique, check, foreign key, exclusion, constraint trigger's own excepted.
    Constraint,
    Index,
    View,
    MaterializedView,
    Function,
    Procedure,
    Aggregate,
    Trigger,
    EventTrigger,
    Rule,
    Policy,
    Statistics,
    Cast,
    Operator,
    OperatorClass,
    OperatorFamily,
    AccessMethod,
    Transform,
    TextSearchParser,
    TextSearchDictionary,
    TextSearchTemplate,
    TextSearchConfiguration,
    ForeignDataWrapper,
    Server,
    UserMapping,
    Publication,
    /// A table, or the tables of a schema, in a publication.
    PublicationMember,
    Subscription,
}
