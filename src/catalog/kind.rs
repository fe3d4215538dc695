//! The kinds of objects, in the order in which a reader wants to see them.

use serde::de::IntoDeserializer;
use serde::de::value::Error;
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
    /// What a column has when nobody says.
    Default,
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

impl Kind {
    /// Reads the name that the queries use: `materialized_view`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::deserialize(IntoDeserializer::<Error>::into_deserializer(name)).ok()
    }

    /// The words of SQL for it, as in `ALTER … OWNER TO` and `COMMENT ON …`.
    #[must_use]
    pub fn keywords(self) -> &'static str {
        match self {
            Kind::Database => "database",
            Kind::Language => "language",
            Kind::Schema => "schema",
            Kind::Extension => "extension",
            Kind::DefaultPrivilege => "default privileges",
            Kind::Collation => "collation",
            Kind::Conversion => "conversion",
            Kind::Type => "type",
            Kind::TypeAttribute => "attribute",
            Kind::Domain => "domain",
            Kind::DomainConstraint | Kind::Constraint => "constraint",
            Kind::Sequence => "sequence",
            Kind::Table => "table",
            Kind::Column => "column",
            Kind::Default => "default",
            Kind::Index => "index",
            Kind::View => "view",
            Kind::MaterializedView => "materialized view",
            Kind::Function => "function",
            Kind::Procedure => "procedure",
            Kind::Aggregate => "aggregate",
            Kind::Trigger => "trigger",
            Kind::EventTrigger => "event trigger",
            Kind::Rule => "rule",
            Kind::Policy => "policy",
            Kind::Statistics => "statistics",
            Kind::Cast => "cast",
            Kind::Operator => "operator",
            Kind::OperatorClass => "operator class",
            Kind::OperatorFamily => "operator family",
            Kind::AccessMethod => "access method",
            Kind::Transform => "transform",
            Kind::TextSearchParser => "text search parser",
            Kind::TextSearchDictionary => "text search dictionary",
            Kind::TextSearchTemplate => "text search template",
            Kind::TextSearchConfiguration => "text search configuration",
            Kind::ForeignDataWrapper => "foreign data wrapper",
            Kind::Server => "server",
            Kind::UserMapping => "user mapping",
            Kind::Publication => "publication",
            Kind::PublicationMember => "member of publication",
            Kind::Subscription => "subscription",
        }
    }
}
