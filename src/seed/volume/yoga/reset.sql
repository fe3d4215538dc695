-- Takes the chain of studios away, children first. Sequences stay where they are.

create temporary table chain_places on commit drop as
select l.id from public.locations l where l.organization_id = md5('volume yoga organization')::uuid;
create temporary table chain_members on commit drop as
select m.id from public.members m where m.organization_id = md5('volume yoga organization')::uuid;
create temporary table chain_teachers on commit drop as
select i.id from public.instructors i where i.organization_id = md5('volume yoga organization')::uuid;
analyze chain_places, chain_members, chain_teachers;

delete from public.class_feedback f
using public.bookings b where b.id = f.booking_id and b.location_id in (select id from chain_places);
delete from public.member_goal_entries e
using public.member_goals g where g.id = e.member_goal_id and g.member_id in (select id from chain_members);
delete from public.member_goals where member_id in (select id from chain_members);
delete from public.notifications where organization_id = md5('volume yoga organization')::uuid;
delete from public.refunds where location_id in (select id from chain_places);
delete from public.payments where location_id in (select id from chain_places);
delete from public.class_credit_transactions where member_id in (select id from chain_members);
delete from public.booking_events where location_id in (select id from chain_places);
delete from public.bookings where location_id in (select id from chain_places);
delete from public.invoices where location_id in (select id from chain_places);
delete from public.member_package_freezes f
using public.member_packages p where p.id = f.member_package_id and p.location_id in (select id from chain_places);
delete from public.member_packages where location_id in (select id from chain_places);
delete from public.substitute_requests where location_id in (select id from chain_places);
delete from public.class_schedules where location_id in (select id from chain_places);
delete from public.class_series_exceptions x
using public.class_series s where s.id = x.class_series_id and s.location_id in (select id from chain_places);
delete from public.class_series where location_id in (select id from chain_places);
delete from public.location_closures where location_id in (select id from chain_places);
delete from public.instructor_time_off where instructor_id in (select id from chain_teachers);
delete from public.instructor_availability where instructor_id in (select id from chain_teachers);
delete from public.instructor_class_types where instructor_id in (select id from chain_teachers);
delete from public.members where organization_id = md5('volume yoga organization')::uuid;
delete from public.instructors where organization_id = md5('volume yoga organization')::uuid;
delete from public.rooms where location_id in (select id from chain_places);
delete from public.membership_packages where organization_id = md5('volume yoga organization')::uuid;
delete from public.class_types where organization_id = md5('volume yoga organization')::uuid;
delete from public.user_roles where organization_id = md5('volume yoga organization')::uuid;
delete from public.locations where organization_id = md5('volume yoga organization')::uuid;
delete from public.organizations where id = md5('volume yoga organization')::uuid;
do $$
begin
  if to_regclass('auth.identities') is not null then
    delete from auth.identities i using auth.users u where u.id = i.user_id and u.email like '%@chain.yoga.example';
  end if;
end
$$;
delete from auth.users where email like '%@chain.yoga.example';
