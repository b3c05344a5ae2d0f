-- The state of what is read of an organisation. A transaction that changes
-- documents, repositories or figures raises n, at its end; answers that were
-- made of one state are kept in memory under it.
CREATE TABLE org_stamps (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  n BIGINT NOT NULL,
  PRIMARY KEY (org_login)
);
INSERT INTO org_stamps (org_login, n)
  SELECT DISTINCT org_login, 1 FROM repositories;
