-- reads: examinations
-- The newest examination of every package, without its documents: what a comparison needs, and what tells one row
-- from another.
SELECT
    market, sha256, app, version_name, version_code, dated.at AS at, engine_version, catalog_version, label, names, band,
    score, finance, finance_kind, operator, institution, official, signers, icon_phash, icon_colours, code_signature,
    code_signature_version
FROM (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY sha256 ORDER BY examinations.at DESC, catalog_version DESC, engine_version DESC, market
        ) AS age
    FROM examinations
) AS dated
WHERE age = 1
ORDER BY sha256
