"""Inserts, starts and finishes deployments through models that SQLAlchemy has made of the tables it found."""

import os
import sys

from sqlalchemy import create_engine, func
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

engine = create_engine(os.environ["DEPLOY_QUEUE_DATABASE_URL"].replace("postgres:", "postgresql+psycopg:", 1))
Base = automap_base()
Base.prepare(autoload_with=engine, schema="deploy_queue")
Deployment = Base.classes.deployments


def save_whole_row(session, deployment, precise):
    """Sends every column, as programs do that do not know which have changed."""
    for column in Deployment.__table__.columns.keys():
        value = getattr(deployment, column)
        if not precise and hasattr(value, "microsecond"):
            setattr(deployment, column, value.replace(microsecond=value.microsecond // 1000 * 1000))
        flag_modified(deployment, column)
    session.commit()


with Session(engine) as session:
    deployment = Deployment(
        environment="dev", cloud_provider="aws", region=sys.argv[1], cell_index=1, component="api", version="v1"
    )
    session.add(deployment)
    session.commit()
    save_whole_row(session, deployment, precise=False)
    deployment.start_timestamp = func.now()
    session.commit()
    save_whole_row(session, deployment, precise=True)
    save_whole_row(session, deployment, precise=False)
    deployment.heartbeat_timestamp = func.now()
    session.commit()
    save_whole_row(session, deployment, precise=False)
    deployment.finish_timestamp = func.now()
    session.commit()
    save_whole_row(session, deployment, precise=True)
    save_whole_row(session, deployment, precise=False)
    print(deployment.id)
