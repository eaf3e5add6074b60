"""Django's SQLite, whose transactions wait for each other instead of failing half-way.

Two that read first and write then cannot both go on: one of them would end in "database is
locked", and its request in 500, which MySQL's row locks do not do to the platform.
"""
from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def _start_transaction_under_autocommit(self):
        self.cursor().execute("BEGIN IMMEDIATE")
