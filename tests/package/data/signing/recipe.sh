#!/bin/sh
# Makes the packages beside this file with Debian's apksigner and keytool: `sh recipe.sh FOLDER`. New keys each time, so
# the certificates differ from run to run; the tests read them from the packages. The keys are thrown away.
set -eu
out=$(cd "$1" && pwd)
work=$(mktemp -d)
cd "$work"
python3 - <<'PY'
import zipfile
with zipfile.ZipFile("base.apk", "w") as package:
    for name, text in {
        "AndroidManifest.xml": "not a real manifest " * 8,
        "classes.dex": "not real code " * 64,
        "res/支付.txt": "a name beyond ASCII",
        "META-INF/services/example": "a file that v1 need not cover",
    }.items():
        entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        package.writestr(entry, text, zipfile.ZIP_DEFLATED)
PY
key() { # name, algorithm, size, dname
    keytool -genkeypair -keystore "$1.ks" -storetype PKCS12 -storepass secret1 -alias k -keyalg "$2" -keysize "$3" \
        -sigalg "$5" -dname "$4" -validity 20000 2>/dev/null
}
key rsa RSA 2048 'CN=Sample One, OU="Cards, Wallets", O=Sample Bank, C=CN' SHA256withRSA
key next RSA 2048 'CN=Sample Two, O=Sample Bank, C=CN' SHA256withRSA
key dsa DSA 1024 'CN=Sample DSA, O=示例银行' SHA1withDSA
key p256 EC 256 'CN=Sample P-256' SHA256withECDSA
key p384 EC 384 'CN=Sample P-384' SHA384withECDSA
key p521 EC 521 'CN=Sample P-521' SHA512withECDSA
sign() { # output, then arguments of apksigner
    name=$1
    shift
    apksigner sign --ks-pass pass:secret1 --v4-signing-enabled false --in base.apk --out "$out/$name.apk" "$@"
}
only1="--v1-signing-enabled true --v2-signing-enabled false --v3-signing-enabled false"
all="--v1-signing-enabled true --v2-signing-enabled true --v3-signing-enabled true"
later="--v1-signing-enabled false --v2-signing-enabled true --v3-signing-enabled true"
sign v1-sha1 --ks rsa.ks --min-sdk-version 14 $only1
sign v1-sha256 --ks rsa.ks --min-sdk-version 21 $only1
sign v1-dsa --ks dsa.ks --min-sdk-version 14 $only1
sign v1-p256 --ks p256.ks --min-sdk-version 21 $only1
sign all-rsa --ks rsa.ks --min-sdk-version 14 $all
sign v1-v2 --ks rsa.ks --min-sdk-version 14 --v1-signing-enabled true --v2-signing-enabled true --v3-signing-enabled false
sign v2-two-signers --ks rsa.ks --next-signer --ks-pass pass:secret1 --ks next.ks --min-sdk-version 24 \
    --v1-signing-enabled false --v2-signing-enabled true --v3-signing-enabled false
sign later-dsa --ks dsa.ks --min-sdk-version 24 $later
sign later-p256 --ks p256.ks --min-sdk-version 24 $later
sign later-p384 --ks p384.ks --min-sdk-version 24 $later
sign later-p521 --ks p521.ks --min-sdk-version 24 $later
apksigner rotate --out line --old-signer --ks rsa.ks --ks-pass pass:secret1 --new-signer --ks next.ks --ks-pass pass:secret1
sign rotated --ks rsa.ks --next-signer --ks-pass pass:secret1 --ks next.ks --lineage line --min-sdk-version 14 $all
rm -rf "$work"
