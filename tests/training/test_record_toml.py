"""What is written as TOML reads back as it was."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from lineament.training.record_toml import to_toml

keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
plain = st.one_of(text, st.booleans(), st.integers(-(2**60), 2**60), st.floats(-1e9, 1e9))
value = plain | st.lists(plain, max_size=3)
table = st.dictionaries(keys, value, max_size=4)
nested = st.dictionaries(keys, value | table | st.lists(table, min_size=1, max_size=3), max_size=4)


@given(nested)
def test_written_and_read_back(values):
    assert tomllib.loads(to_toml(values)) == values
