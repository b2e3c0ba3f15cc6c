"""Which handler answers which path that is about records, and the controls that change them."""

from __future__ import annotations

from sandbox.org.org import Org
from sandbox.server.answers import Endpoint
from sandbox.server.bulk import Bulk
from sandbox.server.bulk_jobs import Jobs
from sandbox.server.collections import Collections
from sandbox.server.composite import Composite
from sandbox.server.describe import Describes
from sandbox.server.dispatching import Dispatch
from sandbox.server.faults import Faults
from sandbox.server.ingest import Ingest
from sandbox.server.ingest_jobs import IngestJobs
from sandbox.server.interventions import Interventions
from sandbox.server.query import Queries
from sandbox.server.records import Records
from sandbox.server.replication import Replication
from sandbox.server.writing import Writer


def data_endpoints(base: str, org: Org, jobs: Jobs, faults: Faults) -> dict[str, Endpoint]:
    """The versioned API below `base`, but for limits."""
    queries, describes, replication, bulk = Queries(org), Describes(org), Replication(org), Bulk(org, jobs)
    writer = Writer(org, faults)
    records, collections = Records(org, writer), Collections(org, writer)
    ingest_jobs = IngestJobs(writer, jobs.line)
    ingest_jobs.resume()
    ingest = Ingest(org, ingest_jobs)
    endpoints = {
        f"{base}/query": Endpoint(GET=queries.query),
        f"{base}/queryAll": Endpoint(GET=queries.query_all),
        f"{base}/query/{{locator}}": Endpoint(GET=queries.more),
        f"{base}/queryAll/{{locator}}": Endpoint(GET=queries.more),
        f"{base}/jobs/query": Endpoint(GET=bulk.listed, POST=bulk.create),
        f"{base}/jobs/query/{{id}}": Endpoint(GET=bulk.get, PATCH=bulk.change, DELETE=bulk.delete),
        f"{base}/jobs/query/{{id}}/results": Endpoint(GET=bulk.results),
        f"{base}/jobs/ingest": Endpoint(GET=ingest.listed, POST=ingest.create),
        f"{base}/jobs/ingest/{{id}}": Endpoint(GET=ingest.get, PATCH=ingest.change, DELETE=ingest.delete),
        f"{base}/jobs/ingest/{{id}}/batches": Endpoint(PUT=ingest.upload),
        f"{base}/jobs/ingest/{{id}}/successfulResults": Endpoint(GET=ingest.successful),
        f"{base}/jobs/ingest/{{id}}/failedResults": Endpoint(GET=ingest.failed),
        f"{base}/jobs/ingest/{{id}}/unprocessedrecords": Endpoint(GET=ingest.unprocessed),
        f"{base}/sobjects": Endpoint(GET=describes.everything),
        f"{base}/sobjects/{{object}}": Endpoint(GET=describes.basic, POST=records.create),
        f"{base}/sobjects/{{object}}/describe": Endpoint(GET=describes.full),
        f"{base}/sobjects/{{object}}/updated": Endpoint(GET=replication.updated),
        f"{base}/sobjects/{{object}}/deleted": Endpoint(GET=replication.deleted),
        f"{base}/sobjects/{{object}}/{{id}}": Endpoint(
            GET=records.read, PATCH=records.update, DELETE=records.delete
        ),
        f"{base}/sobjects/{{object}}/{{field}}/{{value:path}}": Endpoint(
            GET=records.read_by_key, PATCH=records.upsert, DELETE=records.delete_by_key
        ),
        f"{base}/composite/sobjects": Endpoint(
            POST=collections.create, PATCH=collections.update, DELETE=collections.delete
        ),
        f"{base}/composite/sobjects/{{object}}": Endpoint(GET=collections.read, POST=collections.read_many),
        f"{base}/composite/sobjects/{{object}}/{{field}}": Endpoint(PATCH=collections.upsert),
    }
    composite = Composite(org, Dispatch(endpoints))
    return {
        **endpoints,
        f"{base}/composite": Endpoint(POST=composite.run),
        f"{base}/composite/batch": Endpoint(POST=composite.batch),
    }


def data_controls(org: Org) -> dict[str, Endpoint]:
    """The controls that change records and rules."""
    interventions = Interventions(org)
    return {
        "convert": Endpoint(POST=interventions.convert),
        "merge": Endpoint(POST=interventions.merge),
        "undelete": Endpoint(POST=interventions.undelete),
        "purge": Endpoint(POST=interventions.purge),
        "empty-bin": Endpoint(POST=interventions.empty_bin),
        "touch": Endpoint(POST=interventions.touch),
        "archive": Endpoint(POST=interventions.archive),
        "late": Endpoint(GET=interventions.late, PUT=interventions.set_late),
        "fields": Endpoint(
            POST=interventions.add_field, PATCH=interventions.change_field, DELETE=interventions.remove_field
        ),
        "rules": Endpoint(GET=interventions.rules, PUT=interventions.set_rules),
    }
