/// Whether a delivery came with Omi's signature, and what it is worth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signature {
    /// It came without one.
    #[default]
    Absent,
    /// It came with one that nobody looked at.
    NotChecked,
    /// Who knows the signing secret sent exactly this, just now.
    Valid,
    /// It came with one that proves nothing.
    Invalid(Fault),
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is of another secret, or of something else.
    Wrong,
    /// It is right, but too old.
    Stale,
    /// It is right, but of a time to come.
    Ahead,
    /// It cannot be read.
    Malformed,
}

const NAMES: [(Signature, &str); 6] = [
    (Signature::NotChecked, "not_checked"),
    (Signature::Valid, "valid"),
    (Signature::Invalid(Fault::Wrong), "wrong"),
    (Signature::Invalid(Fault::Stale), "stale"),
    (Signature::Invalid(Fault::Ahead), "ahead"),
    (Signature::Invalid(Fault::Malformed), "malformed"),
];

impl Fault {
    /// What is wrong, and what to do.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Wrong => {
                "signature is wrong; OMI_SIGNING_SECRET must be the secret that Omi signs with"
            }
            Self::Stale => "signature is more than 5 minutes old; set the clocks of both sides",
            Self::Ahead => "signature is more than 5 minutes ahead; set the clocks of both sides",
            Self::Malformed => "signature cannot be read; send X-Omi-Signature: t=SECONDS,v1=HEX",
        }
    }
}

impl Signature {
    /// Its name in the store and in exports; None if there is no signature.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let mut names = NAMES.iter();
        names.find_map(|(known, name)| (*known == self).then_some(*name))
    }

    /// The one of a name. A name that is not known is of a later version: nobody here looked at it.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let mut names = NAMES.iter();
        names
            .find_map(|(signature, known)| (*known == name).then_some(*signature))
            .unwrap_or(Self::NotChecked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_has_its_own_name() {
        for (signature, name) in NAMES {
            assert_eq!(signature.name(), Some(name));
            assert_eq!(Signature::from_name(name), signature);
        }
        assert_eq!(Signature::Absent.name(), None);
        assert_eq!(Signature::from_name("v9"), Signature::NotChecked);
    }
}
