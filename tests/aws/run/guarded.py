"""Puts something to read into a cloud that asks who asks, and makes a user who may do one thing there.

Prints the user's access key.
"""

import json
import sys

from botocore.session import get_session

endpoint, action, resource = sys.argv[1:]


def client(service):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return get_session().create_client(service, "eu-central-1", endpoint_url=endpoint, **keys)


for name in ["open", "shut"]:
    client("secretsmanager").create_secret(Name=name, SecretString=name)
    client("ssm").put_parameter(Name=f"/{name}/db", Value=name, Type="SecureString")

allowed = {"Effect": "Allow", "Action": action, "Resource": resource}
policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
identities = client("iam")
identities.create_user(UserName="app")
identities.put_user_policy(UserName="app", PolicyName="app", PolicyDocument=policy)
key = identities.create_access_key(UserName="app")["AccessKey"]
print(key["AccessKeyId"], key["SecretAccessKey"])
