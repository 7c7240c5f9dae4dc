"""What the accounts of paid services say after a run."""

from pipeline_core.bootstrap import Pipeline


def assert_accounts(app: Pipeline) -> None:
    """Nothing is set aside or claimed any more, and the accounts say what the calls say."""
    with app.open_uow() as uow:
        query = uow.session.connection.execute
        assert query("SELECT count(*) FROM paid_claims").fetchone() == (0,)
        assert query("SELECT count(*) FROM paid_calls WHERE state = 'reserved'").fetchone() == (0,)
        accounts = query(
            "SELECT reserved_usd, spent_usd, (SELECT coalesce(sum(cost_usd), 0) FROM paid_calls c "
            "WHERE a.scope || ':' || a.period = ANY(c.accounts)) FROM budget_accounts a"
        ).fetchall()
        assert all(reserved == 0 and spent == paid for reserved, spent, paid in accounts)
