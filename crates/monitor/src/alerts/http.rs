//! One request over HTTP, with a limit on its time. It goes through the proxy of the environment (`https_proxy`,
//! `http_proxy`, `no_proxy`), trusts the certificates that the system trusts, and follows no redirection: what is sent is
//! meant for the address that the desk wrote.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::refusal::Refusal;

/// A request.
pub(super) struct Request<'a> {
    /// Where it goes.
    pub url: &'a str,
    /// What it says, as JSON.
    pub body: &'a str,
    /// What proves who we are.
    pub token: Option<&'a str>,
    /// What it goes by, so that a receiver can tell that it came twice.
    pub id: &'a str,
    /// How long all of it may take.
    pub timeout: Duration,
}

/// Sends it, once.
///
/// # Errors
/// Why it was not taken, without the address and the answer.
pub(super) fn post(request: &Request<'_>) -> Result<(), Refusal> {
    let config = Agent::config_builder()
        .timeout_global(Some(request.timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .user_agent(concat!("pb-assign/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent = Agent::new_with_config(config);
    let mut post = agent.post(request.url).content_type("application/json").header("Idempotency-Key", request.id);
    if let Some(token) = request.token {
        post = post.header("Authorization", format!("Bearer {token}"));
    }
    match post.send(request.body) {
        Ok(answer) => judged(answer.status().as_u16()),
        Err(error) => Err(refusal(&error)),
    }
}

/// What a status says about what to do next.
fn judged(status: u16) -> Result<(), Refusal> {
    let text = format!("it answered with status {status}");
    match status {
        200..=299 => Ok(()),
        408 | 425 | 429 | 500..=599 => Err(Refusal::Passing(text)),
        400 | 413 | 422 => Err(Refusal::Message(text)),
        _ => Err(Refusal::Channel(text)),
    }
}

/// In words of our own: those of the library may hold the address.
fn refusal(error: &ureq::Error) -> Refusal {
    match error {
        ureq::Error::Timeout(_) => Refusal::Passing("it did not answer in time".to_owned()),
        ureq::Error::HostNotFound => Refusal::Passing("its host was not found".to_owned()),
        ureq::Error::Io(error) => Refusal::Passing(format!("it could not be reached: {}", error.kind())),
        ureq::Error::ConnectionFailed | ureq::Error::ConnectProxyFailed(_) => {
            Refusal::Passing("it could not be reached".to_owned())
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Refusal::Channel("its address or token is not one".to_owned()),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Refusal::Channel("its certificate does not hold".to_owned()),
        _ => Refusal::Passing("the exchange with it failed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_what_to_do_next() {
        let text = |status: u16| format!("it answered with status {status}");
        assert_eq!(judged(202), Ok(()));
        assert_eq!(judged(503), Err(Refusal::Passing(text(503))));
        assert_eq!(judged(429), Err(Refusal::Passing(text(429))));
        assert_eq!(judged(400), Err(Refusal::Message(text(400))));
        // A redirection is not followed: somebody has to mend the address.
        for status in [301, 307, 401, 403, 404] {
            assert_eq!(judged(status), Err(Refusal::Channel(text(status))));
        }
    }
}
