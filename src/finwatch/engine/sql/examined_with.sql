-- reads: examinations
-- The packages that were examined with this engine ($engine_version) and this catalogue ($catalog_version) already.
SELECT DISTINCT sha256
FROM examinations
WHERE engine_version = $engine_version AND catalog_version = $catalog_version
ORDER BY sha256
