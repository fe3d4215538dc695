-- After everything: numbers that the database gives out go on after ours.
select setval('public.class_credit_transactions_seq_seq', greatest(s.last_value, {numbers}))
from public.class_credit_transactions_seq_seq s;
select setval('public.booking_events_seq_seq', greatest(s.last_value, {numbers})) from public.booking_events_seq_seq s;
select setval('private.waitlist_seq', greatest(s.last_value, {numbers})) from private.waitlist_seq s;
