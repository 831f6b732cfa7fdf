//! Registers what a file declares.

use std::{path::PathBuf, sync::Arc};

use marl_core::{Origin, Registry, RegistryError};

use crate::{File, integration::DeclaredIntegration, provider::DeclaredProvider};

impl File {
    /// Adds the provider and the integrations of the file to a registry.
    ///
    /// # Errors
    /// A name is taken. What was added before the mistake stays.
    pub fn add_to(&self, registry: &mut Registry) -> Result<(), RegistryError> {
        let origin = || Origin::File(PathBuf::from(&self.name));
        let vendor = Arc::clone(&self.vendor);
        let connect = move |connection| -> Box<dyn marl_core::Provider> {
            Box::new(DeclaredProvider::new(Arc::clone(&vendor), connection))
        };
        registry.add_provider(self.vendor.info.clone(), Box::new(connect), origin())?;
        for translation in &self.translations {
            let integration = DeclaredIntegration::new(Arc::clone(&self.vendor), Arc::clone(translation));
            registry.add_integration(Arc::new(integration), origin())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use marl_core::{Connection, Context, Contract, Error, Fields, Integration, Registration, Row};

    use super::*;
    use crate::{read, shipped, testing::KINDS};

    /// A registry is never empty, so it needs a plugin that is linked.
    struct Linked;

    static LINKED: Contract = Contract::new("linked", "1", "Nothing");

    #[async_trait]
    impl Integration for Linked {
        fn contract(&self) -> &Contract {
            &LINKED
        }

        async fn enrich(&self, _: &Row, _: &Context) -> Result<Fields, Error> {
            Ok(Fields::none())
        }
    }

    fn registry() -> Registry {
        Registry::from_registrations([&Registration::integration(|| Box::new(Linked))]).unwrap()
    }

    #[test]
    fn the_shipped_files_join_the_linked_plugins() {
        let mut registry = registry();
        for file in shipped().unwrap() {
            file.add_to(&mut registry).unwrap();
        }
        let names: Vec<_> = registry.integrations().map(|of| of.contract().name.to_string()).collect();
        let expect = [
            "fullenrich_email",
            "hunter_company",
            "hunter_email",
            "hunter_verify",
            "legal_entity",
            "linked",
            "pdl_company",
            "pdl_person",
        ];
        assert_eq!(names, expect);
        let entry = registry.provider("hunter").unwrap();
        let connection = Connection { base_url: "http://127.0.0.1:1".to_owned(), key: None, contact: None };
        assert!(entry.connect(connection).ready().unwrap_err().message().contains("HUNTER_API_KEY"));
    }

    #[test]
    fn a_name_that_is_taken_is_refused_with_both_places() {
        let mut registry = registry();
        read("one.toml", KINDS).unwrap().add_to(&mut registry).unwrap();
        let error = read("two.toml", KINDS).unwrap().add_to(&mut registry).unwrap_err();
        assert_eq!(error.to_string(), "two plugins are called `acme`: one.toml and two.toml");
    }
}
