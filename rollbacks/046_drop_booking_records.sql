-- Undoes 046.
drop table public.booking_events;
alter table public.members drop column streak_weeks, drop column last_attended_at;
alter table public.bookings
  drop constraint check_waitlist_order,
  drop column is_late_cancel,
  drop column promoted_at,
  drop column waitlist_seq,
  drop column amount_due,
  drop column credits_used,
  drop column member_package_id;
drop sequence private.waitlist_seq;
