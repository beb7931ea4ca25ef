-- reads: listings
-- For some packages ($hashes), the listing that describes each: the newest, by market where two are as new.
SELECT
    market, app, names, summaries, developer, categories, version_name, version_code, package_url, package_sha256,
    package_bytes, signer_sha256, permissions, icon_url, website, policy_url, published, seen, capture
FROM (
    SELECT
        *, ROW_NUMBER() OVER (PARTITION BY package_sha256 ORDER BY seen DESC, market, app, version_code) AS age
    FROM listings
    WHERE package_sha256 IN (SELECT UNNEST($hashes))
) AS dated
WHERE age = 1
ORDER BY package_sha256
