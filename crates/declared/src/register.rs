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
