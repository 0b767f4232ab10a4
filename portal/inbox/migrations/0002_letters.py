import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Enclosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20, verbose_name='渠道')),
            ],
            options={
                'verbose_name': '对外消息内容',
                'verbose_name_plural': '对外消息内容',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20, verbose_name='渠道')),
                ('address', models.CharField(max_length=254, verbose_name='地址')),
                ('state', models.CharField(choices=[('waiting', '待发送'), ('sent', '已发送'), ('failed', '没有发成'), ('unsure', '可能已发送')], default='waiting', max_length=8, verbose_name='状态')),
                ('written_at', models.DateTimeField(verbose_name='生成时间')),
                ('next_try_at', models.DateTimeField(verbose_name='下次尝试')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='尝试次数')),
                ('begun_at', models.DateTimeField(blank=True, null=True, verbose_name='交出时间')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
                ('failure', models.CharField(blank=True, max_length=200, verbose_name='原因')),
            ],
            options={
                'verbose_name': '对外消息',
                'verbose_name_plural': '对外消息',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='MailChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wanted', models.BooleanField(default=True, verbose_name='收邮件')),
                ('changed_at', models.DateTimeField(verbose_name='选择时间')),
            ],
            options={
                'verbose_name': '邮件选择',
                'verbose_name_plural': '邮件选择',
            },
        ),
        migrations.AddField(
            model_name='message',
            name='handed_out',
            # What was sent before there were letters stays in the inbox only.
            field=models.BooleanField(default=True, verbose_name='已转发'),
        ),
        migrations.AlterField(
            model_name='message',
            name='handed_out',
            field=models.BooleanField(default=False, verbose_name='已转发'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('handed_out', False)), fields=['sent_at'], name='message_to_hand_out'),
        ),
        migrations.AddField(
            model_name='enclosure',
            name='message',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='inbox.message', verbose_name='消息'),
        ),
        migrations.AddField(
            model_name='letter',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='收件人'),
        ),
        migrations.AddField(
            model_name='enclosure',
            name='letter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enclosures', to='inbox.letter'),
        ),
        migrations.AddField(
            model_name='mailchoice',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='收件人'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['channel', 'next_try_at'], name='letter_due'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'failed', 'unsure'])), name='letter_state_known', violation_error_message='不是规定的取值。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(name='state_moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:sent,waiting:failed,waiting:unsure}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='a882d254bb11f195bfa4422225987a2df8ae3d5b', operation='UPDATE', pgid='pgtrigger_state_moves_ca777', table='inbox_letter', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(name='state_starts', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('waiting'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='939d8633858fa1df45c56e6ca720211d903d834c', operation='INSERT', pgid='pgtrigger_state_starts_ae67d', table='inbox_letter', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='enclosure',
            constraint=models.UniqueConstraint(fields=('message', 'channel'), name='message_out_once'),
        ),
    ]
