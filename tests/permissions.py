"""Who gets what from every address: the permission matrix as data. tests/test_permissions.py holds it to the product.

A row: the URL's name, the method, how to fill the URL and the body from the world, and the status for each kind of
person: `anonymous`, a PI of another team (`foreign`), and the own team's `viewer`, `annotator`, `curator`, `pi`.
"""
