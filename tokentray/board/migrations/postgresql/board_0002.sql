-- generation: how far this store has come; a copy that was made earlier has a smaller number. seated/WEEK: a closed week's rows were sorted for good.
INSERT INTO board_meta (key, value) VALUES ('generation', '0') ON CONFLICT DO NOTHING;
