//! Questions. Without a terminal there is nobody to ask, and the answer is a refusal that names the flag.

use crate::error::{Error, Kind};

/// Asks the user.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    pub(super) yes: bool,
    pub(super) terminal: bool,
}

impl Ask {
    /// A question whose answer is no unless the user says yes. `--yes` answers it.
    pub fn confirm(self, question: &str) -> anyhow::Result<bool> {
        if self.yes {
            return Ok(true);
        }
        if !self.terminal {
            return Err(Error::new(Kind::Refused, format!("{question} There is no terminal to ask on."))
                .hint("say yes beforehand with `--yes`")
                .into());
        }
        dialoguer::Confirm::new().with_prompt(question).default(false).interact().map_err(unanswered)
    }

    /// Demands that `name` is typed. `--yes` is not enough; `given` (from `--confirm NAME`) is.
    pub fn confirm_name(self, name: &str, given: Option<&str>) -> anyhow::Result<bool> {
        match given {
            Some(text) if text == name => return Ok(true),
            Some(text) => {
                return Err(
                    Error::new(Kind::Refused, format!("`--confirm {text}` does not name the database {name}")).into()
                );
            }
            None => {}
        }
        if !self.terminal {
            return Err(Error::new(Kind::Refused, "the environment is protected, and there is no terminal to ask on")
                .hint(format!("name the database beforehand with `--confirm {name}`"))
                .into());
        }
        let typed: String = dialoguer::Input::new()
            .with_prompt(format!("The environment is protected. Type the database's name ({name}) to go on"))
            .allow_empty(true)
            .interact_text()
            .map_err(unanswered)?;
        Ok(typed == name)
    }
}

/// Ctrl-C at a question is an interruption like any other.
fn unanswered(error: dialoguer::Error) -> anyhow::Error {
    let dialoguer::Error::IO(io) = &error;
    if io.kind() == std::io::ErrorKind::Interrupted {
        return Error::new(Kind::Interrupted, "interrupted; nothing was done").into();
    }
    anyhow::Error::new(error).context("the question could not be asked")
}
