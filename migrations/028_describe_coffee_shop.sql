-- What every column is for. That of columns which all tables have is said once, in the last migration.

comment on column public.organizations.name is 'What the business calls itself.';
comment on column public.organizations.slug is 'Its name in addresses: lower case, digits and dashes.';
comment on column public.organizations.is_default is 'Where rows land that name no organization.';

comment on column public.locations.name is 'What guests call it.';
comment on column public.locations.code is 'Its short name, unique in the organization.';
comment on column public.locations.kind is 'coffee_shop, yoga_studio or combined.';
comment on column public.locations.time_zone is
  'IANA zone: business days, hours of reports and classes are meant in it.';
comment on column public.locations.currency is 'ISO 4217 code of every price here.';
comment on column public.locations.prices_include_tax is 'Whether tax is in the menu''s prices, or is added to them.';
comment on column public.locations.business_day_start is
  'When a business day begins; what is sold before counts to the day before.';
comment on column public.locations.accepts_orders is
  'False closes it to orders that do not come from a trusted server.';
comment on column public.locations.address is 'Street, city and whatever else an address has.';
comment on column public.locations.phone is 'Number for guests.';
comment on column public.locations.email is 'Address for guests.';
comment on column public.locations.booking_opens_days is 'How many days ahead a class can be booked.';
comment on column public.locations.cancellation_window_minutes is
  'How long before its class a booking can be cancelled in time.';
comment on column public.locations.late_cancel_forfeits_credit is 'Whether cancelling later costs the class.';
comment on column public.locations.waitlist_close_minutes is
  'How long before a class nobody is promoted from its waitlist any more.';
comment on column public.locations.default_waitlist_capacity is
  'Waiting places of a class that does not say otherwise.';
comment on column public.locations.require_payment_to_book is 'Whether a booking needs a package, or is paid at once.';
comment on column public.locations.is_default is 'Where rows land that name no location.';

comment on column public.user_roles.user_id is 'Who.';
comment on column public.user_roles.role is 'admin, staff, barista or instructor.';
comment on column public.user_roles.location_id is 'Where; null for everywhere in the organization.';

comment on column public.audit_log.seq is 'In which order.';
comment on column public.audit_log.table_name is 'Of which table.';
comment on column public.audit_log.row_id is 'Of which row.';
comment on column public.audit_log.action is 'INSERT, UPDATE or DELETE.';
comment on column public.audit_log.changed is 'The row, or for an update [before, after] of each column that changed.';
comment on column public.audit_log.actor_role is 'The database role that did it.';

comment on column public.notifications.user_id is 'Whom it is for; null for whoever works at the location.';
comment on column public.notifications.kind is 'What it is about: order_ready, low_stock ….';
comment on column public.notifications.title is 'The line that is shown.';
comment on column public.notifications.body is 'The rest of it.';
comment on column public.notifications.payload is 'What an application needs to lead there.';
comment on column public.notifications.dedupe_key is 'What it is about, once.';
comment on column public.notifications.read_at is 'When it was read.';
comment on column public.notifications.sent_at is 'When a server sent it; null: it should.';

comment on column public.invoices.member_id is 'Who owes it.';
comment on column public.invoices.invoice_number is 'What people call it by.';
comment on column public.invoices.billing_reason is 'purchase, renewal, drop_in, late_fee or manual.';
comment on column public.invoices.status is 'draft, open, paid, void or uncollectible; paid follows from the payments.';
comment on column public.invoices.period_start is 'First day that it pays for.';
comment on column public.invoices.period_end is 'Last day that it pays for.';
comment on column public.invoices.subtotal is 'Before discount and tax.';
comment on column public.invoices.discount_amount is 'What is taken off.';
comment on column public.invoices.tax_amount is 'What is added.';
comment on column public.invoices.total_amount is 'What is owed.';
comment on column public.invoices.amount_paid is 'Sum of its captured payments.';
comment on column public.invoices.amount_refunded is 'Sum of what went back of them.';
comment on column public.invoices.currency is 'ISO 4217 code.';
comment on column public.invoices.due_date is 'When it should be paid.';
comment on column public.invoices.attempt_count is 'How often collecting it failed.';
comment on column public.invoices.next_attempt_at is 'When to try again.';
comment on column public.invoices.paid_at is 'When it was paid in full.';
comment on column public.invoices.provider is 'Whose payment system knows it.';
comment on column public.invoices.external_id is 'What that system calls it.';

comment on column public.payments.order_id is 'The order that it pays for; one of the three is set.';
comment on column public.payments.invoice_id is 'The invoice that it pays for.';
comment on column public.payments.booking_id is 'The booking that it pays for.';
comment on column public.payments.customer_id is 'Whose order it was.';
comment on column public.payments.member_id is 'Whose invoice or booking it was.';
comment on column public.payments.amount is 'How much.';
comment on column public.payments.currency is 'ISO 4217 code.';
comment on column public.payments.method is 'How: cash, card, wallet, bank_transfer, gift_card, external or other.';
comment on column public.payments.status is 'pending, authorized, captured, failed or voided; captured counts.';
comment on column public.payments.provider is 'Whose payment system took it.';
comment on column public.payments.external_id is 'What that system calls it: the same one is the same payment.';
comment on column public.payments.failure_reason is 'Why it failed.';
comment on column public.payments.refunded_amount is 'Sum of its refunds, never above the amount.';
comment on column public.payments.idempotency_key is 'Chosen by the caller: the same key is the same payment.';
comment on column public.payments.captured_at is 'When the money was taken.';

comment on column public.refunds.payment_id is 'What is given back.';
comment on column public.refunds.customer_id is 'The payment''s.';
comment on column public.refunds.member_id is 'The payment''s.';
comment on column public.refunds.amount is 'How much of it.';
comment on column public.refunds.reason is 'Why.';
comment on column public.refunds.provider is 'Whose payment system did it.';
comment on column public.refunds.external_id is 'What that system calls it: the same one is the same refund.';
comment on column public.refunds.idempotency_key is 'Chosen by the caller: the same key is the same refund.';

comment on column public.customers.user_id is
  'The account they sign in with; null for somebody without one, or whose account is gone.';
comment on column public.customers.first_name is 'Given name.';
comment on column public.customers.last_name is 'Family name.';
comment on column public.customers.email is 'Address; one person has one in an organization.';
comment on column public.customers.phone is 'Number.';
comment on column public.customers.date_of_birth is 'Day of birth.';
comment on column public.customers.loyalty_points is 'What the ledger of points adds up to.';
comment on column public.customers.total_spent is 'Sum of the orders that are completed and paid, less what went back.';
comment on column public.customers.visit_count is 'How many those are.';
comment on column public.customers.last_visit is 'When the last of them was completed.';
comment on column public.customers.points_seq is 'Number of the last entry in the ledger that changed the points.';
comment on column public.customers.preferences is 'Favourite orders, dietary restrictions and the like.';

comment on column public.categories.name is 'What the menu calls it.';
comment on column public.categories.description is 'What the menu says of it.';
comment on column public.categories.parent_id is 'The category that it hangs under; null at the top.';
comment on column public.categories.sort_order is 'Its place among its siblings.';

comment on column public.products.name is 'What the menu calls it.';
comment on column public.products.description is 'What the menu says of it.';
comment on column public.products.base_price is 'Price of one, before variants and modifiers.';
comment on column public.products.category_id is 'Where it hangs in the tree.';
comment on column public.products.sku is 'What tills and suppliers call it, unique in the organization.';
comment on column public.products.image_url is 'Its picture.';
comment on column public.products.is_available is 'False: sold out today, everywhere.';
comment on column public.products.requires_preparation is 'Whether somebody has to make it.';
comment on column public.products.preparation_time is 'Minutes that making it takes.';
comment on column public.products.allergens is 'What is in it that people must know of.';
comment on column public.products.nutritional_info is 'What else is in it.';
comment on column public.products.product_type is 'item and retail are sold; an ingredient is only used by recipes.';
comment on column public.products.tax_category is 'Which of a location''s tax rates applies.';
comment on column public.products.sort_order is 'Its place in its category.';

comment on column public.product_variants.product_id is 'Whose.';
comment on column public.product_variants.variant_type is 'What is chosen: size, milk ….';
comment on column public.product_variants.variant_value is 'One of the choices: large, oat ….';
comment on column public.product_variants.price_modifier is 'What it adds to the price, or takes off.';
comment on column public.product_variants.is_default is 'Chosen where nothing is said; one for each type.';
comment on column public.product_variants.sort_order is 'Its place among the choices.';

comment on column public.inventory.product_id is 'Of what.';
comment on column public.inventory.current_stock is 'What the ledger adds up to, never below zero.';
comment on column public.inventory.min_threshold is 'At or below it an alert is open.';
comment on column public.inventory.max_capacity is 'What there is room for.';
comment on column public.inventory.reorder_quantity is 'How much is bought at a time.';
comment on column public.inventory.unit_of_measure is 'What is counted: each, g, ml ….';
comment on column public.inventory.cost_per_unit is 'Average cost of those that are there.';
comment on column public.inventory.last_restocked is 'When some last came in.';
comment on column public.inventory.stock_seq is 'Number of the last entry in the ledger that changed the stock.';

comment on column public.stock_movements.seq is 'In which order; drawn under the lock of the stock.';
comment on column public.stock_movements.inventory_id is 'Whose.';
comment on column public.stock_movements.movement_type is
  'opening, restock, sale, sale_reversal, waste, adjustment, count, transfer_in or transfer_out.';
comment on column public.stock_movements.quantity is 'What came, or went as a negative number.';
comment on column public.stock_movements.balance_after is 'What was there then.';
comment on column public.stock_movements.unit_cost is 'What one cost that came in.';
comment on column public.stock_movements.order_item_id is 'What took it, or gave it back.';
comment on column public.stock_movements.reason is 'Why.';
comment on column public.stock_movements.idempotency_key is 'Chosen by the caller: the same key is the same movement.';
comment on column public.stock_movements.occurred_at is 'When it happened, as far as anybody knows.';

comment on column public.inventory_alerts.product_id is 'Of what.';
comment on column public.inventory_alerts.alert_type is 'low_stock, out_of_stock or oversold.';
comment on column public.inventory_alerts.message is 'What it says.';
comment on column public.inventory_alerts.acknowledged_at is 'When somebody saw it.';
comment on column public.inventory_alerts.resolved_at is 'When there was enough again; null: open.';

comment on column public.orders.customer_id is 'Who ordered; null for a walk-in.';
comment on column public.orders.order_number is 'What people call it by.';
comment on column public.orders.status is 'pending, preparing, ready, completed or cancelled; it only goes forward.';
comment on column public.orders.order_type is 'dine_in, takeaway or delivery.';
comment on column public.orders.subtotal is 'Sum of the items, without tax.';
comment on column public.orders.tax_amount is 'Sum of the items'' tax.';
comment on column public.orders.tip_amount is 'What is given on top.';
comment on column public.orders.discount_amount is 'Sum of what was taken off.';
comment on column public.orders.total_amount is 'What is to pay.';
comment on column public.orders.paid_amount is 'Sum of the captured payments.';
comment on column public.orders.refunded_amount is 'Sum of what went back of them.';
comment on column public.orders.currency is 'The location''s, when it was ordered.';
comment on column public.orders.prices_include_tax is 'The location''s, when it was ordered.';
comment on column public.orders.payment_method is 'How it is, or will be, paid.';
comment on column public.orders.payment_status is 'pending, paid or refunded; follows from the payments.';
comment on column public.orders.special_instructions is 'What the guest asks for.';
comment on column public.orders.estimated_ready_time is 'When it should be ready.';
comment on column public.orders.completed_at is 'When it was handed over.';
comment on column public.orders.cancelled_at is 'When it was cancelled.';
comment on column public.orders.cancellation_reason is 'Why.';
comment on column public.orders.business_date is 'The day that it counts to, by the location''s clock.';
comment on column public.orders.source is 'Where it came in: app, web, kiosk, pos, phone or import.';
comment on column public.orders.external_source is 'Whose till or platform it comes from; null: ours, and priced here.';
comment on column public.orders.external_id is 'What that system calls it.';
comment on column public.orders.idempotency_key is 'Chosen by the caller: the same key is the same order.';

comment on column public.order_items.order_id is 'Of which order.';
comment on column public.order_items.product_id is 'What was ordered.';
comment on column public.order_items.product_name is 'What it was called then.';
comment on column public.order_items.quantity is 'How many.';
comment on column public.order_items.base_price is 'What one cost then, before variants and modifiers.';
comment on column public.order_items.unit_price is 'What one cost as it was chosen.';
comment on column public.order_items.customizations is
  'What was chosen: variants by type, modifiers by id; other keys are notes.';
comment on column public.order_items.item_total is 'unit_price times quantity.';
comment on column public.order_items.tax_rate is 'The rate that applied.';
comment on column public.order_items.tax_amount is 'Tax on it, after its share of the discounts.';
comment on column public.order_items.special_instructions is 'What the guest asks for.';

comment on column public.tax_rates.name is 'What a receipt calls it.';
comment on column public.tax_rates.tax_category is 'The goods that it is for.';
comment on column public.tax_rates.order_type is 'The way of taking them that it is for; null for any.';
comment on column public.tax_rates.rate is '0.0825 is 8.25 percent.';

comment on column public.modifier_groups.name is 'What is asked: Syrups, Bread ….';
comment on column public.modifier_groups.description is 'What the menu says of it.';
comment on column public.modifier_groups.min_selected is 'How many must be chosen.';
comment on column public.modifier_groups.max_selected is 'How many may be; null for any number.';
comment on column public.modifier_groups.sort_order is 'Its place among the questions.';

comment on column public.modifiers.modifier_group_id is 'Which question it answers.';
comment on column public.modifiers.name is 'What the menu calls it.';
comment on column public.modifiers.price_delta is 'What one adds to the price.';
comment on column public.modifiers.max_quantity is 'How many of it may be chosen.';
comment on column public.modifiers.allergens is 'What is in it that people must know of.';
comment on column public.modifiers.is_available is 'False: out today.';
comment on column public.modifiers.sort_order is 'Its place among the answers.';

comment on column public.product_modifier_groups.product_id is 'Which product asks.';
comment on column public.product_modifier_groups.modifier_group_id is 'What it asks.';
comment on column public.product_modifier_groups.min_selected is 'Instead of the group''s own; null: that one.';
comment on column public.product_modifier_groups.max_selected is 'Instead of the group''s own; null: that one.';
comment on column public.product_modifier_groups.sort_order is 'Its place among the product''s questions.';

comment on column public.product_location_overrides.product_id is 'Of what.';
comment on column public.product_location_overrides.base_price is 'Instead of the product''s own; null: that one.';
comment on column public.product_location_overrides.is_available is 'False: out here.';
comment on column public.product_location_overrides.unavailable_until is
  'When it is back by itself; null: when somebody says so.';

comment on column public.product_components.product_id is 'What is sold; one of the three is set.';
comment on column public.product_components.variant_id is 'Which choice takes it.';
comment on column public.product_components.modifier_id is 'Which modifier takes it.';
comment on column public.product_components.component_product_id is 'What it takes.';
comment on column public.product_components.quantity is 'How much of it, in its unit.';

comment on column public.order_item_options.order_item_id is 'Of which item.';
comment on column public.order_item_options.variant_id is 'The variant; null for a modifier, or for one that is gone.';
comment on column public.order_item_options.modifier_id is 'The modifier.';
comment on column public.order_item_options.name is 'What was asked.';
comment on column public.order_item_options.value is 'What was answered.';
comment on column public.order_item_options.quantity is 'How many for one of the item.';
comment on column public.order_item_options.price_delta is 'What one added to the price then.';

comment on column public.order_status_history.order_id is 'Of which order.';
comment on column public.order_status_history.from_status is 'What it was; null when it was placed.';
comment on column public.order_status_history.to_status is 'What it became.';

comment on column public.pos_sessions.register_name is 'Which till; one session of it is open at a time.';
comment on column public.pos_sessions.opening_float is 'Cash in it when it was opened.';
comment on column public.pos_sessions.closed_at is 'When it was counted; null: open.';
comment on column public.pos_sessions.closed_by is 'Who counted it.';
comment on column public.pos_sessions.expected_cash is 'What should have been in it.';
comment on column public.pos_sessions.counted_cash is 'What was.';
comment on column public.pos_sessions.cash_difference is 'The second less the first.';
comment on column public.pos_sessions.notes is 'What there is to say about it.';

comment on column public.cash_movements.pos_session_id is 'In which till.';
comment on column public.cash_movements.movement_type is 'paid_in or paid_out.';
comment on column public.cash_movements.amount is 'How much.';
comment on column public.cash_movements.reason is 'What for.';

comment on column public.promotions.code is 'What the guest types, in capitals.';
comment on column public.promotions.name is 'What staff call it.';
comment on column public.promotions.discount_type is 'percent or amount.';
comment on column public.promotions.discount_value is 'How many percent, or how much.';
comment on column public.promotions.min_subtotal is 'From which sum of items on.';
comment on column public.promotions.starts_at is 'From when.';
comment on column public.promotions.ends_at is 'Until when.';
comment on column public.promotions.max_redemptions is 'How often in all; null for any number.';
comment on column public.promotions.max_per_customer is 'How often for one customer; null for any number.';
comment on column public.promotions.redemption_count is 'How often it was used on orders that stand.';

comment on column public.loyalty_programs.name is 'What guests call it.';
comment on column public.loyalty_programs.points_per_currency_unit is
  'Points for each unit spent, before tax and after discounts.';
comment on column public.loyalty_programs.points_per_visit is 'Points for coming at all.';
comment on column public.loyalty_programs.min_spend is 'From which sum on.';
comment on column public.loyalty_programs.points_expire_after_days is
  'After how many days points lapse; null for never.';

comment on column public.loyalty_rewards.loyalty_program_id is 'Whose.';
comment on column public.loyalty_rewards.name is 'What guests call it.';
comment on column public.loyalty_rewards.points_cost is 'What it costs.';
comment on column public.loyalty_rewards.reward_type is 'amount, percent or free_product.';
comment on column public.loyalty_rewards.reward_value is 'How much, or how many percent.';
comment on column public.loyalty_rewards.product_id is 'The product that is free.';

comment on column public.loyalty_transactions.seq is 'In which order; drawn under the lock of the customer.';
comment on column public.loyalty_transactions.customer_id is 'Whose.';
comment on column public.loyalty_transactions.transaction_type is
  'opening, earn, bonus, redeem, redeem_reversal, earn_reversal, expire or adjust.';
comment on column public.loyalty_transactions.points is 'What came, or went as a negative number.';
comment on column public.loyalty_transactions.balance_after is 'What was there then.';
comment on column public.loyalty_transactions.order_id is 'The order that earned or spent them.';
comment on column public.loyalty_transactions.loyalty_reward_id is 'What they were spent on.';
comment on column public.loyalty_transactions.expires_at is 'When what came lapses.';
comment on column public.loyalty_transactions.reason is 'Why.';

comment on column public.order_discounts.order_id is 'Of which order.';
comment on column public.order_discounts.promotion_id is 'The code that did it.';
comment on column public.order_discounts.loyalty_transaction_id is
  'The points that paid for it; neither: staff gave it.';
comment on column public.order_discounts.label is 'What a receipt calls it.';
comment on column public.order_discounts.amount is 'How much.';

comment on column public.pos_integrations.provider is 'Whose system.';
comment on column public.pos_integrations.external_location_id is 'What that system calls the location.';
comment on column public.pos_integrations.status is 'active, paused or error.';
comment on column public.pos_integrations.sync_cursor is 'Where a server that asks for sales goes on.';
comment on column public.pos_integrations.last_synced_at is 'When one last came.';
comment on column public.pos_integrations.last_error is 'What was wrong with it.';

comment on column public.pos_webhook_events.pos_integration_id is 'From which system.';
comment on column public.pos_webhook_events.external_event_id is 'What it calls the message: the same one counts once.';
comment on column public.pos_webhook_events.event_type is 'What it is about, in its words.';
comment on column public.pos_webhook_events.payload is 'The message; its sale, if there is one, under that key.';
comment on column public.pos_webhook_events.status is
  'received, processed, failed (tried again when it comes again) or ignored.';
comment on column public.pos_webhook_events.attempts is 'How often it was tried.';
comment on column public.pos_webhook_events.error is 'What was wrong.';
comment on column public.pos_webhook_events.processed_at is 'When it was last tried.';

comment on column public.pos_transactions.pos_integration_id is 'From which system.';
comment on column public.pos_transactions.external_id is 'What it calls the sale.';
comment on column public.pos_transactions.external_version is
  'The newest version that came; an older one changes nothing.';
comment on column public.pos_transactions.transaction_type is 'sale or void.';
comment on column public.pos_transactions.order_id is 'The order that it became.';
comment on column public.pos_transactions.subtotal is 'As the till says.';
comment on column public.pos_transactions.tax_amount is 'As the till says.';
comment on column public.pos_transactions.tip_amount is 'As the till says.';
comment on column public.pos_transactions.discount_amount is 'As the till says.';
comment on column public.pos_transactions.total_amount is 'As the till says.';
comment on column public.pos_transactions.refunded_amount is 'All that went back so far, as the till says.';
comment on column public.pos_transactions.tender_type is 'How it was paid, in the till''s words.';
comment on column public.pos_transactions.occurred_at is 'When it was sold.';
comment on column public.pos_transactions.business_date is 'The day that it counts to.';
comment on column public.pos_transactions.sync_status is 'pending, synced, unmapped (unknown SKU) or failed.';
comment on column public.pos_transactions.sync_error is 'What is in the way.';
comment on column public.pos_transactions.raw is 'What came, as it came.';

comment on column public.pos_reconciliations.pos_integration_id is 'Of which system.';
comment on column public.pos_reconciliations.business_date is 'Of which day.';
comment on column public.pos_reconciliations.pos_count is 'Sales that the system told of.';
comment on column public.pos_reconciliations.order_count is 'Orders here that come from it.';
comment on column public.pos_reconciliations.pos_total is 'Sum of the first.';
comment on column public.pos_reconciliations.order_total is 'Sum of the second.';
comment on column public.pos_reconciliations.difference is 'The first less the second.';
comment on column public.pos_reconciliations.disagreements is 'How many sales pos_reconciliation_items lists.';
comment on column public.pos_reconciliations.status is 'balanced, unbalanced or approved.';
comment on column public.pos_reconciliations.notes is 'What whoever approved it found.';

comment on column public.sales_daily.business_date is 'Which day.';
comment on column public.sales_daily.product_id is 'Which product; null for the whole day.';
comment on column public.sales_daily.order_count is 'Orders completed.';
comment on column public.sales_daily.item_count is 'Items in them.';
comment on column public.sales_daily.gross_sales is 'Before discounts and tax.';
comment on column public.sales_daily.discounts is 'Taken off.';
comment on column public.sales_daily.tax is 'Tax.';
comment on column public.sales_daily.tips is 'Tips.';
comment on column public.sales_daily.refunds is 'What went back.';
comment on column public.sales_daily.refreshed_at is 'When it was added up.';
