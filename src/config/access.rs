//! `[access]` of `migrate.toml`: as whom `migrate access` tries, and on which rows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What `[access]` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The schemas whose tables and functions are tried; `public` where none are named.
    #[serde(default = "public")]
    pub schemas: Vec<String>,
    /// A script that makes rows to try on, from the project's folder. What it does is rolled back in the end.
    pub fixture: Option<PathBuf>,
    /// As whom to try, in the order in which the matrix shows them.
    #[serde(default)]
    pub identities: Vec<Identity>,
}

/// Somebody who uses the database: a role, and what the session says about the person behind it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Identity {
    /// How the matrix calls it.
    pub name: String,
    /// The database role.
    pub role: String,
    /// What `request.jwt.claims` holds, as PostgREST sets it. Empty: it is not set.
    pub claims: Map<String, Value>,
    /// Other settings of the session, for policies that read `current_setting('app.user_id')`.
    pub settings: BTreeMap<String, String>,
}

/// An identity as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    role: String,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
}

impl TryFrom<Written> for Identity {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let Written { name, role, mut claims, settings } = written;
        // Names are words of access.lock.
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) {
            return Err(format!("the identity's name `{name}` is not made of letters, digits, `_`, `-` and `.`"));
        }
        if !claims.is_empty() {
            claims.entry("role").or_insert_with(|| Value::String(role.clone()));
        }
        Ok(Self { name, role, claims, settings })
    }
}

fn public() -> Vec<String> {
    vec!["public".to_owned()]
}

impl Default for Access {
    fn default() -> Self {
        Self { schemas: public(), fixture: None, identities: Vec::new() }
    }
}

impl Access {
    /// Names given twice would be one line of the matrix.
    pub(super) fn check(&self) -> Result<(), String> {
        let twice =
            self.identities.iter().enumerate().find(|(index, identity)| {
                self.identities.iter().take(*index).any(|earlier| earlier.name == identity.name)
            });
        match twice {
            Some((_, identity)) => Err(format!("two identities of [access] are called `{}`", identity.name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_keep_their_order_and_claims_name_the_role() {
        let access: Access = toml::from_str(
            "[[identities]]\nname = 'z'\nrole = 'anon'\n[[identities]]\nname = 'a'\nrole = 'authenticated'\n\
             claims.sub = 'x'\nclaims.app = { admin = true }\nsettings = { 'app.user_id' = '1' }\n",
        )
        .unwrap();
        assert_eq!(access.schemas, ["public"]);
        let [z, a] = access.identities.as_slice() else { unreachable!() };
        assert_eq!((z.name.as_str(), z.claims.is_empty()), ("z", true));
        assert_eq!(a.claims["role"], "authenticated");
        assert_eq!(a.claims["app"]["admin"], true);
        assert_eq!(a.settings["app.user_id"], "1");
    }

    #[test]
    fn names_are_words_and_are_given_once() {
        assert!(toml::from_str::<Access>("[[identities]]\nname = 'two words'\nrole = 'x'\n").is_err());
        let twice = "[[identities]]\nname = 'a'\nrole = 'x'\n[[identities]]\nname = 'a'\nrole = 'y'\n";
        assert!(toml::from_str::<Access>(twice).unwrap().check().unwrap_err().contains("`a`"));
    }
}
