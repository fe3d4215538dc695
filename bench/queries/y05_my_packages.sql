-- bench: title my packages and credits
-- bench: as member@chain.yoga.example
select mp.*, k.name
from member_packages mp
join membership_packages k on k.id = mp.membership_package_id
where mp.status = 'active'
