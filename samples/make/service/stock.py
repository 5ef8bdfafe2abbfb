"""A well-behaved batch job: books deliveries every few seconds on a connection of its own."""

import argparse
import random
import time

import psycopg2

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--postgres-port", type=int, required=True)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()

chance = random.Random(arguments.seed)
while True:
    try:
        connection = psycopg2.connect(host="127.0.0.1", port=arguments.postgres_port, dbname="shop",
                                      user="stock", application_name="stock-sync", connect_timeout=3)
        with connection, connection.cursor() as cursor:
            cursor.execute("UPDATE products SET stock = stock + %s WHERE id BETWEEN %s AND %s + 2000",
                           (chance.randint(1, 9), *[chance.randint(1, 500)] * 2))
        connection.close()
    except psycopg2.OperationalError:
        pass  # next time
    time.sleep(chance.uniform(3.0, 5.0))
