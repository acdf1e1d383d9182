/**
 * Each job of a stored callback, for a FROM clause: `inbox_id` (text) and `job_id`. A job may be about several
 * callbacks (bot/queue.ts).
 */
export const CALLBACK_JOBS = `(
  select one ->> 'inboxId' as inbox_id, job.id as job_id
  from graphile_worker._private_jobs job, json_array_elements(
    case json_typeof(job.payload) when 'array' then job.payload else json_build_array(job.payload) end) as one)`
