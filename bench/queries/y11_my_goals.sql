-- bench: title my goals and how far I am
-- bench: as member@chain.yoga.example
select * from member_goal_progress
