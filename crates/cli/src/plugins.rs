//! Links the plugins. A crate that no source names is not linked, and its registrations vanish without an
//! error; a test compares this list with the folders.

use integration_find_ceo as _;
use integration_linkedin as _;
use integration_web_research as _;
use provider_datagen as _;
