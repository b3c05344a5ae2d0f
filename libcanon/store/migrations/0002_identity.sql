-- What the provider last said about somebody's permissions in an organisation,
-- in bits, and when. A row with role '' is known from the provider alone.
ALTER TABLE org_members ADD COLUMN granted INTEGER;
ALTER TABLE org_members ADD COLUMN granted_at BIGINT;
CREATE INDEX org_members_user ON org_members (user_id);
