//! Resource ids of the attributes that the manifest is read by (`android.R.attr`; fixed for ever by the platform's
//! `core/res/res/values/public.xml`). Android goes by these numbers, not by names: a file may spell them anyhow.

#![allow(missing_docs, reason = "each is the attribute of that name")]

pub const LABEL: u32 = 0x0101_0001;
pub const ICON: u32 = 0x0101_0002;
pub const NAME: u32 = 0x0101_0003;
pub const PERMISSION: u32 = 0x0101_0006;
pub const READ_PERMISSION: u32 = 0x0101_0007;
pub const WRITE_PERMISSION: u32 = 0x0101_0008;
pub const PROTECTION_LEVEL: u32 = 0x0101_0009;
pub const SHARED_USER_ID: u32 = 0x0101_000b;
pub const ENABLED: u32 = 0x0101_000e;
pub const DEBUGGABLE: u32 = 0x0101_000f;
pub const EXPORTED: u32 = 0x0101_0010;
pub const PROCESS: u32 = 0x0101_0011;
pub const AUTHORITIES: u32 = 0x0101_0018;
pub const GRANT_URI_PERMISSIONS: u32 = 0x0101_001b;
pub const VALUE: u32 = 0x0101_0024;
pub const RESOURCE: u32 = 0x0101_0025;
pub const SCHEME: u32 = 0x0101_0027;
pub const HOST: u32 = 0x0101_0028;
pub const TARGET_ACTIVITY: u32 = 0x0101_0202;
pub const MIN_SDK_VERSION: u32 = 0x0101_020c;
pub const VERSION_CODE: u32 = 0x0101_021b;
pub const VERSION_NAME: u32 = 0x0101_021c;
pub const TARGET_SDK_VERSION: u32 = 0x0101_0270;
pub const MAX_SDK_VERSION: u32 = 0x0101_0271;
pub const TEST_ONLY: u32 = 0x0101_0272;
pub const ALLOW_BACKUP: u32 = 0x0101_0280;
pub const FULL_BACKUP_CONTENT: u32 = 0x0101_04eb;
pub const USES_CLEARTEXT_TRAFFIC: u32 = 0x0101_04ec;
pub const AUTO_VERIFY: u32 = 0x0101_04ee;
pub const NETWORK_SECURITY_CONFIG: u32 = 0x0101_0527;
pub const ROUND_ICON: u32 = 0x0101_052c;
pub const COMPILE_SDK_VERSION: u32 = 0x0101_0572;
pub const VERSION_CODE_MAJOR: u32 = 0x0101_0576;
pub const APP_COMPONENT_FACTORY: u32 = 0x0101_057a;
pub const DATA_EXTRACTION_RULES: u32 = 0x0101_063e;
