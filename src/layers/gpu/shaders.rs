//! Shaders that were made before: CubeCL takes longer to make one than a GPU to run it.
//!
//! `#[cube]` launches by the `KernelLauncher` of the `cubecl` in its scope. Kernels that take theirs from here are CubeCL's
//! but for that, and are launched with the shader that somebody has for them, or compiled by CubeCL where nobody has.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use burn_cubecl::cubecl::client::Client;
use burn_cubecl::cubecl::ir::metadata::Info;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::cubecl::{CubeKernel, PrecompiledSource};

/// CubeCL, with a launcher that looks for shaders.
pub mod cubecl {
    pub use burn_cubecl::cubecl::*;

    /// What kernels are written with.
    pub mod prelude {
        pub use burn_cubecl::cubecl::prelude::*;

        pub use super::super::Launcher as KernelLauncher;
    }
}

/// A kernel as WebGPU takes it.
pub struct Shader {
    /// The function that is run.
    pub entry: String,
    /// Its program, in WGSL.
    pub code: String,
}

/// Finds the shader of a kernel by what tells it from others: its name, the constants that it was compiled with and the
/// kinds of its arguments, as CubeCL writes them.
pub type Find = fn(&str) -> Option<Shader>;

static FIND: OnceLock<Find> = OnceLock::new();

/// Has kernels take the shaders that `find` has. Only where CubeCL would write WGSL, too; the first word counts.
pub fn find_with(find: Find) {
    let _ = FIND.set(find);
}

/// CubeCL's launcher, for kernels that may have been made before.
pub struct Launcher(KernelLauncher);

impl Launcher {
    /// See [`KernelLauncher::new`].
    pub fn new(settings: KernelSettings) -> Self {
        Self(KernelLauncher::new(settings))
    }

    /// See [`KernelLauncher::launch`].
    pub fn launch<K: CubeKernel>(self, count: CubeCount, kernel: K, client: &Client) {
        self.0.launch(count, Prepared(kernel), client);
    }
}

impl Deref for Launcher {
    type Target = KernelLauncher;

    fn deref(&self) -> &KernelLauncher {
        &self.0
    }
}

impl DerefMut for Launcher {
    fn deref_mut(&mut self) -> &mut KernelLauncher {
        &mut self.0
    }
}

/// A kernel that is not compiled where there is a shader of it.
struct Prepared<K>(K);

impl<K: CubeKernel> Prepared<K> {
    fn shader(&self) -> Option<Shader> {
        FIND.get()?(&self.0.id().stable_format())
    }
}

impl<K: CubeKernel> KernelMetadata for Prepared<K> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn id(&self) -> KernelId {
        self.0.id()
    }

    fn address_type(&self) -> ElemType {
        self.0.address_type()
    }
}

impl<K: CubeKernel> CubeKernel for Prepared<K> {
    fn define(&self) -> KernelDefinition {
        if self.shader().is_none() {
            return self.0.define();
        }
        // Nobody reads more of it than the size of a workgroup.
        let KernelId { cube_dim, mode, address_type, .. } = self.0.id();
        let settings = KernelSettings::new(cube_dim, mode, address_type);
        KernelDefinition { body: Scope::root(settings.clone()), settings, info: Info::default() }
    }

    fn source(&self) -> Option<PrecompiledSource> {
        let Shader { entry, code } = self.shader()?;
        Some(PrecompiledSource { source: code, entrypoint_name: entry, lang: "wgsl" })
    }
}
