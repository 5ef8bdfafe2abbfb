"""The job that breaks things: a sales report, one section for each region.

It opens a connection for every section and forgets to give it back, starts over when a section fails,
and runs as a superuser, so that it takes the reserved connections too.
"""

import argparse
import time

import psycopg2

SECTION = """SELECT customer %% %s AS region, count(*), sum(total)
  FROM orders
 GROUP BY 1
 ORDER BY 3 DESC"""

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--postgres-port", type=int, required=True)
arguments = parser.parse_args()

sections = []
while True:
    try:
        connection = psycopg2.connect(host="127.0.0.1", port=arguments.postgres_port, dbname="shop",
                                      user="reporting", application_name="sales-report", connect_timeout=3)
        sections.append(connection)  # the leak
        with connection.cursor() as cursor:
            cursor.execute(SECTION, (len(sections) + 1,))
        time.sleep(0.02)
    except psycopg2.OperationalError:
        time.sleep(0.2)
