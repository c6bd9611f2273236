//! How much memory this process occupies, from Linux.

use std::fs;

/// Bytes in memory now, and the most since [`forget_peak`].
#[derive(Clone, Copy, Debug)]
pub struct Resident {
    /// `VmRSS`.
    pub now: u64,
    /// `VmHWM`.
    pub peak: u64,
}

/// What the kernel says; `None` where there is no `/proc`.
#[must_use]
pub fn resident() -> Option<Resident> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(1024 * kib)
    };
    Some(Resident {
        now: bytes("VmRSS:")?,
        peak: bytes("VmHWM:")?,
    })
}

/// Makes the peak what is in memory now: reading the trace took more than it occupies in the end.
/// Returns whether the kernel allows it.
#[must_use]
pub fn forget_peak() -> bool {
    fs::write("/proc/self/clear_refs", "5").is_ok()
}
