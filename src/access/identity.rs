//! As whom is tried: the identities of `migrate.toml`, or the roles that the schema itself names.

use std::collections::BTreeSet;

use tokio_postgres::types::Type;

use crate::config::{Access, Identity, Platform};
use crate::database::session::Session;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// An identity, ready to be taken.
#[derive(Clone, Debug)]
pub(super) struct Acting {
    /// How the matrix calls it.
    pub(super) name: String,
    /// Takes the role alone.
    pub(super) role: String,
    /// Makes the settings and takes the role.
    pub(super) enter: String,
}

impl Acting {
    /// `settings` are those of all identities: one that this identity does not make is empty, as in a session that somebody
    /// else had before.
    fn new(identity: &Identity, settings: &BTreeSet<&str>) -> Self {
        let set = |name: &str, value: &str| {
            format!("SELECT set_config({}, {}, true); ", quote::literal(name), quote::literal(value))
        };
        let claims = match identity.claims.is_empty() {
            true => String::new(),
            false => serde_json::Value::Object(identity.claims.clone()).to_string(),
        };
        let mut enter = set("request.jwt.claims", &claims);
        for name in settings {
            enter.push_str(&set(name, identity.settings.get(*name).map_or("", String::as_str)));
        }
        let role = format!("SET LOCAL ROLE {}", quote::ident(&identity.role));
        enter.push_str(&role);
        Self { name: identity.name.clone(), role, enter }
    }
}

/// The identities of the configuration. Where it names none: Supabase's API roles, or else the roles that the grants and
/// policies of the schemas name. Makes sure that each can be taken.
pub(super) async fn identities(
    session: &mut Session,
    access: &Access,
    platform: Platform,
) -> anyhow::Result<Vec<Acting>> {
    let identities = match (access.identities.is_empty(), platform) {
        (false, _) => access.identities.clone(),
        (true, Platform::Supabase) => ["anon", "authenticated", "service_role"].map(api_role).to_vec(),
        (true, Platform::Postgres) => named(session, &access.schemas).await?,
    };
    if identities.is_empty() {
        return Err(Error::new(Kind::Usage, "nobody to try as: no grant and no policy names a role")
            .hint("name identities in migrate.toml: `[[access.identities]]` with `name` and `role`")
            .into());
    }
    let settings = identities.iter().flat_map(|identity| identity.settings.keys().map(String::as_str)).collect();
    let acting: Vec<Acting> = identities.iter().map(|identity| Acting::new(identity, &settings)).collect();
    for (identity, actor) in identities.iter().zip(&acting) {
        let taken = session.settle(&format!("SAVEPOINT taken; {}; ROLLBACK TO SAVEPOINT taken", actor.enter)).await;
        taken.map_err(|failure| {
            Error::new(Kind::Failed, format!("failed to act as identity {}: {failure}", identity.name)).hint(format!(
                "the role must exist before the migrations run, and yours must be a member: `grant {} to current_user`",
                quote::ident(&identity.role)
            ))
        })?;
    }
    Ok(acting)
}

/// One of Supabase's roles; whoever is signed in has an id that no row knows.
fn api_role(role: &str) -> Identity {
    let mut claims = serde_json::Map::new();
    claims.insert("role".to_owned(), role.into());
    if role == "authenticated" {
        claims.insert("sub".to_owned(), "00000000-0000-4000-8000-000000000000".into());
    }
    Identity { name: role.to_owned(), role: role.to_owned(), claims, settings: Default::default() }
}

async fn named(session: &mut Session, schemas: &[String]) -> anyhow::Result<Vec<Identity>> {
    let rows = session.query(include_str!("sql/roles.sql"), &[(&schemas, Type::TEXT_ARRAY)]).await?;
    let plain = |role: String| Identity {
        name: role.clone(),
        role,
        claims: serde_json::Map::new(),
        settings: Default::default(),
    };
    Ok(rows.iter().map(|row| plain(row.get(0))).collect())
}
